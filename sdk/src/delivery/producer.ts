/** One producer's calls on their way: from the app, or from the spool of a process that died, to the transport. */
import { CallQueue } from './call-queue.ts';
import { compressMessage } from './compress-message.ts';
import { deliverBatch } from './deliver-batch.ts';
import { type Message, MessagePacker } from './message-packer.ts';
import type { PublisherSettings } from './publisher-settings.ts';
import type { SerialisedCall } from './serialise-call.ts';
import type { Counts, Journal, SpoolContent, Tell } from './spool.ts';
import type { Transport } from './transport.ts';

export class Producer {
  readonly #transport: Transport;
  readonly #settings: PublisherSettings;
  /** Called after everything is counted and written: the app's callback may publish. */
  readonly #tell: Tell;
  readonly #queue: CallQueue;
  readonly #packer: MessagePacker;
  /** Packed, and neither arrived nor lost. */
  #underWay: readonly Message[];
  #journal: Journal | undefined;

  #taken = 0;
  #sent = 0;
  #dropped = 0;
  /** Calls before this position go now, even in a message that is not full. */
  #dueUpTo = 0;
  #isSending = false;
  #isStopped = false;
  #ageTimer: NodeJS.Timeout | undefined;
  readonly #flushes = new Set<{ upTo: number; resolve: () => void }>();

  /** @param from what a process that died had taken and not delivered; default: a new producer without calls */
  constructor(transport: Transport, settings: PublisherSettings, tell: Tell, from?: SpoolContent) {
    this.#transport = transport;
    this.#settings = settings;
    this.#tell = tell;
    this.#queue = new CallQueue(
      from === undefined ? settings.maxBufferBytes : Number.POSITIVE_INFINITY,
    );
    for (const call of from?.waiting ?? []) this.#queue.push(call);
    this.#packer = new MessagePacker(this.#queue, settings.maxMessageBytes, from?.producing);
    this.#underWay = from?.underWay ?? [];
    this.#taken = this.#queue.length + countCalls(this.#underWay);
  }

  /** Of everything that is still to be delivered. */
  get bytes(): number {
    return this.#underWay.reduce((sum, { bytes }) => sum + bytes, this.#queue.bytes);
  }

  /** Everything that is still to be delivered. */
  get content(): SpoolContent {
    return {
      producing: this.#packer.producing,
      underWay: this.#underWay,
      waiting: this.#queue.calls,
    };
  }

  /** Whether there is nothing left to deliver, nor to report. */
  get isDone(): boolean {
    return this.bytes === 0 && this.#packer.producing.unreported === 0;
  }

  get counts(): Counts {
    return { taken: this.#taken, sent: this.#sent, dropped: this.#dropped };
  }

  /** From now on, what happens is written there too. */
  writeTo(journal: Journal): void {
    this.#journal = journal;
  }

  add(call: SerialisedCall): void {
    this.#taken += 1;
    const shed = this.#queue.push(call);
    if (shed > 0) this.#countLost(shed);
    this.#journal?.added(call, shed);
    if (shed > 0) this.#tell(`dropped the oldest ${inWords(shed)}: the buffer is full`, shed);
  }

  /** Counts calls that cannot be sent: they never waited. */
  refuse(calls: number, message: string, cause?: unknown): void {
    this.#taken += calls;
    this.#countLost(calls);
    this.#journal?.lost(calls);
    this.#tell(message, calls, cause);
  }

  /** Losses of another producer, which has no message left to report them with. */
  report(dropped: number): void {
    this.#packer.noteDropped(dropped);
    this.#journal?.lost(dropped);
  }

  /** Sends what is due, and sees to it that the rest will be. */
  schedule(): void {
    if (this.#isStopped) return;
    const { flushAfterEvents, flushAfterMs } = this.#settings;
    const isEnough = flushAfterMs === 0 || this.#queue.length >= flushAfterEvents;
    if (isEnough) this.#dueUpTo = this.#queue.end;
    if (this.#isDue()) void this.#sendDue();
    else if (this.#queue.length > 0) {
      this.#ageTimer ??= setTimeout(() => this.sendAll(), flushAfterMs).unref();
    }
  }

  sendAll(): void {
    clearTimeout(this.#ageTimer);
    this.#ageTimer = undefined;
    this.#dueUpTo = this.#queue.end;
    void this.#sendDue();
  }

  /**
   * Sends everything taken so far.
   *
   * @param timeoutMs default: as long as it takes, which does not keep the process alive
   * @returns how many of these calls are still on their way when time is up
   */
  async flush(timeoutMs?: number): Promise<number> {
    const upTo = this.#queue.end;
    this.sendAll();
    if (this.#pendingUpTo(upTo) > 0) {
      await new Promise<void>((resolve) => {
        const flushes = this.#flushes;
        const flush = { upTo, resolve: finish };
        flushes.add(flush);
        // Not unref'd: a process that awaits its flush must live that long.
        const timer = timeoutMs === undefined ? undefined : setTimeout(finish, timeoutMs);
        function finish(): void {
          clearTimeout(timer);
          flushes.delete(flush);
          resolve();
        }
      });
    }
    return this.#pendingUpTo(upTo);
  }

  /** Tries nothing more; what has not arrived stays where it is. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#ageTimer);
  }

  #isDue(): boolean {
    if (this.#isStopped) return false;
    return this.#queue.start < this.#dueUpTo || this.#packer.hasFullMessage;
  }

  /** Calls before that position that have neither arrived nor been lost. */
  #pendingUpTo(position: number): number {
    return Math.max(0, position - (this.#queue.start - countCalls(this.#underWay)));
  }

  async #sendDue(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    // The app's own work first; packing happens after the code that published.
    await Promise.resolve();
    // What was under way when its process died goes first, as it was.
    if (this.#underWay.length > 0 && !this.#isStopped) await this.#deliver();
    while (this.#isDue()) {
      this.#underWay = this.#packer.takeBatch(() => this.#isDue());
      this.#journal?.packed(this.#underWay);
      await this.#deliver();
    }
    this.#isSending = false;
    this.schedule();
  }

  async #deliver(): Promise<void> {
    const { compress, giveUpAfterMs } = this.#settings;
    const batch = compress
      ? await Promise.all(this.#underWay.map(compressMessage))
      : this.#underWay;
    await deliverBatch(batch, {
      transport: this.#transport,
      giveUpAfterMs,
      isStopped: () => this.#isStopped,
      onSent: (messages) => this.#onSent(messages),
      onLost: (messages, cause) => this.#onLost(messages, cause),
      onRetry: (messages, cause) => this.#onRetry(messages, cause),
    });
    for (const flush of this.#flushes) if (this.#pendingUpTo(flush.upTo) === 0) flush.resolve();
  }

  #onSent(messages: readonly Message[]): void {
    this.#sent += countCalls(messages);
    this.#settle(messages);
    this.#journal?.arrived(messages);
  }

  #onLost(messages: readonly Message[], cause: unknown): void {
    const calls = countCalls(messages);
    this.#settle(messages);
    this.#countLost(calls);
    // What a lost envelope was to report, the next one must.
    for (const { dropped } of messages) this.#packer.noteDropped(dropped);
    this.#journal?.lostMessages(messages);
    this.#tell(`dropped ${inWords(calls)} that the queue did not take`, calls, cause);
  }

  #onRetry(messages: readonly Message[], cause: unknown): void {
    this.#tell(`could not send ${inWords(countCalls(messages))}, trying again`, 0, cause);
  }

  #settle(messages: readonly Message[]): void {
    const settled = new Set(messages.map(({ sequence }) => sequence));
    this.#underWay = this.#underWay.filter(({ sequence }) => !settled.has(sequence));
  }

  #countLost(calls: number): void {
    this.#dropped += calls;
    this.#packer.noteDropped(calls);
  }
}

function countCalls(messages: readonly Message[]): number {
  return messages.reduce((sum, { calls }) => sum + calls, 0);
}

export function inWords(calls: number): string {
  return calls === 1 ? '1 call' : `${calls} calls`;
}
