/** Runs a mini assembly for one test and stops it afterwards. */
import { onTestFinished } from 'vitest';
import type { Template, TemplateResource } from '../../local/assembly/template.ts';
import {
  type RunAssemblyOptions,
  type RunningStack,
  runAssembly,
} from '../../local/run-assembly.ts';
import { writeMiniAssembly } from './mini-assembly.ts';

export interface RunningAssembly extends RunningStack {
  /** `<function>: <problem>`, as told on the terminal. */
  errors: string[];
  /** The address of a queue by its logical id. */
  url(logicalId: string): string;
}

export async function startMiniAssembly(
  resources: Record<string, TemplateResource>,
  handlers: Record<string, string> = {},
  options: Partial<RunAssemblyOptions> = {},
  rest: Omit<Template, 'Resources'> = {},
): Promise<RunningAssembly> {
  const assembly = await writeMiniAssembly(resources, handlers, rest);
  onTestFinished(() => assembly.remove());
  const errors: string[] = [];
  const stack = await runAssembly({
    assemblyDirectory: assembly.directory,
    stateDirectory: assembly.stateDirectory,
    parameters: () => ({}),
    onError: (name, problem) => errors.push(`${name}: ${problem}`),
    ...options,
  });
  onTestFinished(() => stack.stop());
  return {
    ...stack,
    errors,
    url(logicalId) {
      const queue = stack.plan.queues.find((candidate) => candidate.logicalId === logicalId);
      if (queue === undefined) throw new Error(`no queue ${logicalId}`);
      return queue.url;
    },
  };
}
