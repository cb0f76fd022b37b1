/** The embedded Postgres, which a scenario may stop and start again at the same address. */
import type pg from 'pg';
import { connect } from '../../adapters/postgres/connect.ts';
import { type LocalDatabase, startLocalDatabase } from '../../local/postgres/local-database.ts';

export class RestartableDatabase {
  readonly ownerUrl: string;
  readonly runtimeUrl: string;
  readonly #stateDirectory: string;
  #running: LocalDatabase | undefined;

  private constructor(stateDirectory: string, running: LocalDatabase) {
    this.#stateDirectory = stateDirectory;
    this.#running = running;
    this.ownerUrl = running.ownerUrl;
    this.runtimeUrl = running.runtimeUrl;
  }

  static async start(stateDirectory: string): Promise<RestartableDatabase> {
    return new RestartableDatabase(stateDirectory, await startLocalDatabase({ stateDirectory }));
  }

  async allowLogins(): Promise<void> {
    await this.#running?.allowLogins();
  }

  /** Sessions are cut in the middle of whatever they do. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  async restart(): Promise<void> {
    this.#running = await startLocalDatabase({ stateDirectory: this.#stateDirectory });
    if (this.#running.ownerUrl === this.ownerUrl) return;
    throw new Error('another program took the port of Postgres while it was stopped: run it again');
  }

  /** As the owner, on a connection of its own: another would not outlive a stop. */
  async withOwner<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = await connect({
      connectionString: this.ownerUrl,
      applicationName: 'tricost soak',
    });
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
