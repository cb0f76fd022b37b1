/** Asks before what cannot be taken back. */
import { createInterface } from 'node:readline/promises';

/** @returns whether a person typed yes; false where nobody sees what is asked */
export async function isConfirmed(
  question: string,
  { json }: { json?: boolean },
): Promise<boolean> {
  if (json === true || !process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} Type yes: `).finally(() => terminal.close());
  return answer.trim() === 'yes';
}
