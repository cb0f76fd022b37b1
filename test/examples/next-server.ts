/**
 * Stands in for `next/server`, which the Next.js example imports `after` from: installing Next.js for one function would add
 * 150 MB to every checkout. What is given to `after` runs when the answer is there, as in Next.js.
 */
const tasks: (() => unknown)[] = [];

export function after(task: () => unknown): void {
  tasks.push(task);
}

/** The answer is there. */
export async function runTasks(): Promise<void> {
  for (const task of tasks.splice(0)) await task();
}
