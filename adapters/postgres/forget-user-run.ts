/** The one run of forget-user: its pseudonym, kept until it has done everything, and the lock that keeps others out. */
import { createHash, randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';

export interface ForgetUserRun {
  pseudonym: string;
  /** An earlier run was interrupted, and this one goes on with its pseudonym. */
  resumed: boolean;
}

const LOCK = "hashtextextended('tricost.forget_user', 0)";

/**
 * @param client holds the lock as long as it is connected
 * @throws Error when another run is under way: two would give one user two pseudonyms
 */
export async function beginForgetting(
  client: ClientBase,
  userId: string,
  now: Date,
): Promise<ForgetUserRun> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(${LOCK}) as locked`,
  );
  if (rows[0]?.locked !== true) {
    throw new Error('another forget-user is running in this database; start this one when it ends');
  }
  const interrupted = await findRun(client, userId);
  if (interrupted !== undefined) return { pseudonym: interrupted, resumed: true };
  const pseudonym = `forgotten-${randomBytes(4).toString('hex')}`;
  const salt = randomBytes(16);
  await client.query(
    `insert into tricost.forget_user_runs (pseudonym, salt, digest, started_at) values ($1, $2, $3, $4)`,
    [pseudonym, salt, digest(salt, userId), now],
  );
  return { pseudonym, resumed: false };
}

/** From now on nobody can tell whose pseudonym it is. */
export async function endForgetting(client: ClientBase, pseudonym: string): Promise<void> {
  await client.query('delete from tricost.forget_user_runs where pseudonym = $1', [pseudonym]);
  await client.query(`select pg_advisory_unlock(${LOCK})`);
}

async function findRun(client: ClientBase, userId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ pseudonym: string; salt: Buffer; digest: Buffer }>(
    'select pseudonym, salt, digest from tricost.forget_user_runs',
  );
  return rows.find((row) => digest(row.salt, userId).equals(row.digest))?.pseudonym;
}

function digest(salt: Buffer, userId: string): Buffer {
  return createHash('sha256').update(salt).update(userId, 'utf8').digest();
}
