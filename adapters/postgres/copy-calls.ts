/** Writes many calls at once by COPY: fast, but one row that is there already, or is refused, fails them all. */
import type { ClientBase } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import { filledColumns, inputText } from './call-columns.ts';
import { copyIn } from './copy-in.ts';

/**
 * @param rows sorted by (ts, event_id); copies of a row must stand beside each other and are left out
 * @returns how many rows were written: all that differ in their key
 */
export function copyCalls(client: ClientBase, rows: readonly CallRow[]): Promise<number> {
  const columns = filledColumns(rows);
  const lines = rows
    .filter((row, index) => !isSameCall(row, rows[index - 1]))
    .map((row) => columns.map((column) => field(inputText(row, column))).join('\t'));
  return copyIn(
    client,
    `copy tricost.llm_calls (${columns.join(', ')}) from stdin`,
    Buffer.from(`${lines.join('\n')}\n`),
  );
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
