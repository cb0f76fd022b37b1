/**
 * The lines of a spool file: a journal of one producer, from which its calls and messages can be restored as they were.
 * A line is the JSON of a call, or an array that says what became of the calls before it. Calls are packed, and dropped, in
 * the order in which they came.
 */
import { repack } from '../delivery/envelope.ts';
import type { Message, Producing } from '../delivery/message-packer.ts';
import type { SpoolContent } from '../delivery/spool.ts';

/** The first line. */
function producerEntry({ producerId, sequence, unreported }: Producing): string {
  return `["producer",1,"${producerId}",${sequence},${unreported}]`;
}

/** A message whose calls stand nowhere else. */
function messageEntry({ sequence, calls, dropped, body }: Message): string {
  return `["message",${sequence},${calls},${dropped},${body}]`;
}

/** The oldest calls became a message. */
export function packedEntry({ sequence, calls, dropped }: Message): string {
  return `["packed",${sequence},${calls},${dropped}]`;
}

export function arrivedEntry({ sequence }: Message): string {
  return `["arrived",${sequence}]`;
}

/** A message was refused, or given up: its calls are lost. */
export function lostMessageEntry({ sequence }: Message): string {
  return `["lost_message",${sequence}]`;
}

/** The oldest calls were dropped to make room. */
export function shedEntry(calls: number): string {
  return `["shed",${calls}]`;
}

/** Calls were lost that never stood here. */
export function lostEntry(calls: number): string {
  return `["lost",${calls}]`;
}

/** The shortest file that says the same. */
export function writeContent({ producing, underWay, waiting }: SpoolContent): string {
  const lines = [
    producerEntry(producing),
    ...underWay.map(messageEntry),
    ...waiting.map(({ json }) => json),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * What the file says. A last line that was not finished is left out: the app had not been told that its call is taken. What
 * cannot be read is counted as a lost call.
 *
 * @returns undefined when even the first line cannot be read
 */
export function readContent(text: string): SpoolContent | undefined {
  const [first = '', ...lines] = text.split('\n').slice(0, -1);
  const start = /^\["producer",1,"([0-9a-f-]{36})",(\d+),(\d+)\]$/.exec(first);
  if (start === null) return undefined;
  const producerId = start[1] ?? '';
  const journal = new Journal(producerId, Number(start[2]), Number(start[3]));
  for (const line of lines) journal.read(line);
  return journal.content;
}

class Journal {
  readonly #producing: Producing;
  readonly #underWay = new Map<number, Message>();
  /** Undefined: unreadable, and already counted as lost. */
  readonly #calls: (string | undefined)[] = [];
  /** How many of them have been packed or dropped. */
  #taken = 0;

  constructor(producerId: string, sequence: number, unreported: number) {
    this.#producing = { producerId, sequence, unreported };
  }

  get content(): SpoolContent {
    return {
      producing: this.#producing,
      underWay: [...this.#underWay.values()],
      waiting: this.#take(this.#calls.length).map((json) => ({
        json,
        bytes: Buffer.byteLength(json),
      })),
    };
  }

  read(line: string): void {
    if (!line.startsWith('["')) {
      const isWhole = isJson(line);
      this.#calls.push(isWhole ? line : undefined);
      if (!isWhole) this.#producing.unreported += 1;
      return;
    }
    const message = /^\["message",(\d+),(\d+),(\d+),(.*)\]$/.exec(line);
    if (message !== null) {
      const [sequence = 0, calls = 0, dropped = 0] = message.slice(1, 4).map(Number);
      this.#add(sequence, calls, dropped, message[4] ?? '');
      return;
    }
    const [, kind, ...numbers] = /^\["([a-z_]+)",(\d+)(?:,(\d+),(\d+))?\]$/.exec(line) ?? [];
    const [number = 0, calls = 0, dropped = 0] = numbers.map(Number);
    if (kind === 'packed') this.#pack(number, calls, dropped);
    if (kind === 'arrived') this.#underWay.delete(number);
    if (kind === 'lost_message') this.#loseMessage(number);
    if (kind === 'shed') this.#producing.unreported += this.#take(number).length;
    if (kind === 'lost') this.#producing.unreported += number;
  }

  #pack(sequence: number, calls: number, dropped: number): void {
    const packed = this.#take(calls);
    this.#producing.sequence = sequence;
    this.#producing.unreported -= dropped;
    const body = repack(this.#producing.producerId, { sequence, dropped }, packed);
    this.#add(sequence, packed.length, dropped, body);
  }

  #add(sequence: number, calls: number, dropped: number, body: string): void {
    this.#underWay.set(sequence, {
      sequence,
      calls,
      dropped,
      body,
      bytes: Buffer.byteLength(body),
    });
  }

  #loseMessage(sequence: number): void {
    const message = this.#underWay.get(sequence);
    if (message === undefined) return;
    this.#underWay.delete(sequence);
    this.#producing.unreported += message.calls + message.dropped;
  }

  #take(calls: number): string[] {
    const taken = this.#calls.slice(this.#taken, this.#taken + calls);
    this.#taken += taken.length;
    return taken.filter((call) => call !== undefined);
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
