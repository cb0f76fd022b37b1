/** One connection kept between invocations of a function. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { type ConnectOptions, connect } from './connect.ts';

/** A function that was frozen for longer may wake up to a connection that the server, or a NAT between, has forgotten. */
const LONGEST_IDLE_MS = 60_000;
const LONGEST_GOODBYE_MS = 500;

export class WarmConnection {
  #client: Client | undefined;
  #usedAt = 0;

  /** @throws the driver's error when the database cannot be reached. */
  async get(options: ConnectOptions): Promise<Client> {
    if (Date.now() - this.#usedAt > LONGEST_IDLE_MS) await this.discard();
    this.#client ??= await connect(options);
    this.#usedAt = Date.now();
    return this.#client;
  }

  async discard(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    // A peer that fell silent never answers a goodbye, and that is when a connection is discarded.
    await Promise.race([client.end().catch(() => {}), sleep(LONGEST_GOODBYE_MS)]);
  }
}
