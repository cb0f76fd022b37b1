/** An exporter for apps that have OpenTelemetry already: publishes the spans that are model calls. */
import { contained, type OnError, PublishError, warnOnConsole } from '../delivery/publish-error.ts';
import type { Publisher } from '../delivery/publisher.ts';
import { callOfSpan, responseIdOf } from './call-of-span.ts';
import { CallTree } from './call-tree.ts';
import type { FinishedSpan } from './finished-span.ts';
import { isLlmCall } from './is-llm-call.ts';

export interface TricostSpanExporterOptions {
  /** What publishes the calls: of `createPublisher` or `createTricost`. */
  publisher: Pick<Publisher, 'publish' | 'flush'>;
  /** Told of each span that is a call and cannot become one. Default: console warnings, one a minute of each subject. */
  onError?: OnError;
}

/** Of `ExportResultCode`. https://open-telemetry.github.io/opentelemetry-js/enums/_opentelemetry_core.ExportResultCode.html */
const SUCCESS = 0;

/**
 * A `SpanExporter` of OpenTelemetry's SDK, versions 1 and 2, for a span processor of its own:
 * `new BatchSpanProcessor(new TricostSpanExporter({ publisher }))`. Give it all spans: those that are no calls say which
 * call is inside which.
 */
export class TricostSpanExporter {
  readonly #publisher: Pick<Publisher, 'publish' | 'flush'>;
  readonly #onError: OnError;
  readonly #tree = new CallTree();

  constructor({ publisher, onError = warnOnConsole() }: TricostSpanExporterOptions) {
    this.#publisher = publisher;
    this.#onError = contained(onError);
  }

  /** Publishes and is done: delivery, its retries and its losses are the publisher's. */
  export(spans: readonly FinishedSpan[], done: (result: { code: number }) => void): void {
    for (const span of spans) {
      try {
        this.#take(span);
      } catch (cause) {
        this.#onError(new PublishError('a span cannot be read', 1, cause));
      }
    }
    done({ code: SUCCESS });
  }

  async forceFlush(): Promise<void> {
    await this.#publisher.flush();
  }

  async shutdown(): Promise<void> {
    await this.#publisher.flush();
  }

  #take(span: FinishedSpan): void {
    const isCall = isLlmCall(span.attributes);
    const responseId = responseIdOf(span.attributes);
    const isCounted = this.#tree.end(span, { isCall, responseId });
    if (!isCounted) return;
    const call = callOfSpan(span);
    if (call === undefined) {
      this.#onError(new PublishError(`the span \`${span.name}\` names no model`, 1, undefined));
    } else if (call.usage_raw === undefined && call.status === 'ok') {
      const message = `the span \`${span.name}\` has no usage; for a stream of OpenAI's, ask for stream_options.include_usage`;
      this.#onError(new PublishError(message, 1, undefined));
    } else {
      this.#publisher.publish(call);
    }
  }
}
