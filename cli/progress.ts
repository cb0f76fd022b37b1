/** Says how far long work is: on a terminal only, because counts that run are for eyes, not for files. */
import { Listr } from 'listr2';

export type Report = (progress: string) => void;

export async function withProgress<Result>(
  title: string,
  work: (report: Report) => Promise<Result>,
): Promise<Result> {
  if (!process.stdout.isTTY) return work(() => {});
  let result: Result | undefined;
  const list = new Listr(
    [
      {
        title,
        task: async (_, task) => {
          result = await work((progress) => {
            task.output = progress;
          });
        },
      },
    ],
    // Ctrl-C is the command's own, and so is the error: it is told once, at the end.
    { registerSignalListeners: false, rendererOptions: { showErrorMessage: false } },
  );
  await list.run();
  return result as Result;
}
