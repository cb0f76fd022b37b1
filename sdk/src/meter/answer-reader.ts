/** Reads an answer as its bytes pass by: a JSON document, or a stream of events with one each. */
import { EventStream } from './event-stream.ts';
import type { WireFormat } from './formats/wire-format.ts';
import { JsonFields } from './json-fields.ts';
import type { MeteredCall } from './metered-call.ts';

export interface AnswerReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

export function readDocument(format: WireFormat, call: MeteredCall): AnswerReader {
  const fields = new JsonFields(format.wanted);
  return {
    push: (bytes) => fields.push(bytes),
    end() {
      format.read(fields.values, call.answer);
      // Not the time of the first token: there is no such in an answer that comes as a whole.
      call.answer.textBytes = fields.textBytes;
    },
  };
}

export function readEvents(format: WireFormat, call: MeteredCall): AnswerReader {
  const fields = new JsonFields(format.wanted);
  return new EventStream({
    onData: (bytes) => fields.push(bytes),
    onEventEnd(isDone) {
      if (isDone) call.answer.isComplete = true;
      else format.read(fields.values, call.answer);
      call.noteText(fields.textBytes);
      fields.reset();
    },
  });
}
