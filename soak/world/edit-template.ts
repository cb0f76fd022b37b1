/** The few things that a soak changes in its own copy of the synthesized template. Everything else runs as deployed. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Template } from '../../local/assembly/template.ts';

export interface TemplateEdits {
  /** Added to the environment of the notify function. */
  notifyEnvironment: Record<string, string>;
  /** Instead of the template's own batching windows. */
  batchingWindowSeconds?: number | undefined;
}

/** @throws Error when the template has not what is to be edited */
export async function editTemplate(
  assemblyDirectory: string,
  { notifyEnvironment, batchingWindowSeconds }: TemplateEdits,
): Promise<void> {
  const path = join(assemblyDirectory, await templateName(assemblyDirectory));
  const template = JSON.parse(await readFile(path, 'utf8')) as Template;
  const properties = (type: string) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]): [string, Record<string, unknown>] => [id, resource.Properties ?? {}]);

  const [notify, ...others] = properties('AWS::Lambda::Function').filter(([id]) =>
    /^NotifyFunction[0-9A-F]{8}$/.test(id),
  );
  if (notify === undefined || others.length > 0) {
    throw new Error('the template has no function NotifyFunction: soak/world/edit-template.ts');
  }
  const environment = notify[1]['Environment'] as { Variables: Record<string, unknown> };
  Object.assign(environment.Variables, notifyEnvironment);
  if (batchingWindowSeconds !== undefined) {
    for (const [, mapping] of properties('AWS::Lambda::EventSourceMapping')) {
      mapping['MaximumBatchingWindowInSeconds'] = batchingWindowSeconds;
    }
  }
  await writeFile(path, JSON.stringify(template));
}

async function templateName(assemblyDirectory: string): Promise<string> {
  const names = await readdir(assemblyDirectory);
  const [name, ...others] = names.filter((entry) => entry.endsWith('.template.json'));
  if (name === undefined || others.length > 0) {
    throw new Error(`${assemblyDirectory} must hold one template, found ${others.length + 1}`);
  }
  return name;
}
