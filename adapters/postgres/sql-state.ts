/** What a Postgres error means for the rows in hand. https://www.postgresql.org/docs/current/errcodes-appendix.html */
import { DatabaseError } from 'pg';

/** Another writer was in the way: the same statement may succeed now. */
export function isSerialisationConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}

/** The data itself is refused (class 22: data exception, 23: integrity), so trying again cannot help. */
export function isRefusedData(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError) || isMissingPartition(error)) return false;
  return error.code?.startsWith('22') === true || error.code?.startsWith('23') === true;
}

/** No partition holds the row's month: a check violation without a constraint. Our omission, not the row's fault. */
export function isMissingPartition(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '23514' && error.constraint === undefined;
}

/** The login was refused: the password in the parameter store may be newer than ours. */
export function isRefusedLogin(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '28P01' || error.code === '28000');
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available */
export function isLockBusy(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03';
}
