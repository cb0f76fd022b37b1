/** COPY … FROM STDIN, for which pg has the protocol but no method. */
import type { ClientBase, Connection, Submittable } from 'pg';

/** What pg's connection can do beside what its types declare. */
interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/**
 * Runs a COPY and sends it all of its data. One statement, so an implicit transaction: all rows are written or none.
 *
 * @param data rows in COPY's text format; Postgres writes what it has while the next piece is made
 * @returns how many rows were written
 */
export function copyIn(
  client: ClientBase,
  statement: string,
  data: Iterable<Buffer>,
): Promise<number> {
  return client.query(new CopyIn(statement, data)).written;
}

/** Answers pg's calls in the order of the protocol: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY */
class CopyIn implements Submittable {
  readonly #statement: string;
  readonly #data: Iterable<Buffer>;
  readonly #outcome = Promise.withResolvers<number>();
  #rows = 0;

  constructor(statement: string, data: Iterable<Buffer>) {
    this.#statement = statement;
    this.#data = data;
  }

  get written(): Promise<number> {
    return this.#outcome.promise;
  }

  submit(connection: Connection): void {
    connection.query(this.#statement);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    try {
      for (const piece of this.#data) connection.sendCopyFromChunk(piece);
      connection.endCopyFrom();
    } catch (error) {
      // Thrown out of here it would end the process. Postgres answers with an error, which ends the statement.
      connection.sendCopyFail(String(error));
    }
  }

  /** The tag is `COPY <rows>`. */
  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(text.slice('COPY '.length));
  }

  handleReadyForQuery(): void {
    this.callback();
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  /** pg puts one of its own before it, which stops the clock, where statements have a time limit. */
  callback: (error?: Error) => void = (error) => {
    if (error === undefined) this.#outcome.resolve(this.#rows);
    else this.#outcome.reject(error);
  };
}
