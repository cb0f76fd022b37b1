/** Writes many calls at once by COPY: fast, but one row that is there already, or is refused, fails them all. */
import type { ClientBase } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import { type CallColumn, filledColumns, inputText } from './call-columns.ts';
import { copyIn } from './copy-in.ts';

/**
 * @param rows sorted by (ts, event_id); copies of a row must stand beside each other and are left out
 * @returns how many rows were written: all that differ in their key
 */
export function copyCalls(client: ClientBase, rows: readonly CallRow[]): Promise<number> {
  const { statement, data } = encodeCopy(rows);
  return copyIn(client, statement, data);
}

/** The statement, and its data in pieces that are encoded when they are asked for. */
export function encodeCopy(rows: readonly CallRow[]): {
  statement: string;
  data: Iterable<Buffer>;
} {
  const columns = filledColumns(rows);
  const statement = `copy tricost.llm_calls (${columns.join(', ')}) from stdin`;
  return { statement, data: encodePieces(rows, columns) };
}

const PIECE_ROWS = 250;

function* encodePieces(
  rows: readonly CallRow[],
  columns: readonly CallColumn[],
): Generator<Buffer, void> {
  for (let start = 0; start < rows.length; start += PIECE_ROWS) {
    let lines = '';
    for (const [offset, row] of rows.slice(start, start + PIECE_ROWS).entries()) {
      if (!isSameCall(row, rows[start + offset - 1])) lines += line(row, columns);
    }
    yield Buffer.from(lines);
  }
}

function line(row: CallRow, columns: readonly CallColumn[]): string {
  let text = '';
  let separator = '';
  for (const column of columns) {
    text += separator + field(inputText(row, column));
    separator = '\t';
  }
  return `${text}\n`;
}

function isSameCall(row: CallRow, other: CallRow | undefined): boolean {
  return row.event_id === other?.event_id && row.ts === other.ts;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS, "Text Format" */
function field(value: string | null): string {
  if (value === null) return '\\N';
  return /[\\\t\n\r]/.test(value)
    ? value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : value;
}
