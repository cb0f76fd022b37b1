/** A synthesized app with one more migration, without synthesizing it again: as if the file had been in sql/migrations. */
import { createHash } from 'node:crypto';
import { cp, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Template } from '../../local/assembly/template.ts';

export interface Migration {
  /** `NNNN.do.slug.sql` */
  name: string;
  sql: string;
}

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

const TEMPLATE = 'Tricost.template.json';
const FILES = [TEMPLATE, 'Tricost.assets.json', 'manifest.json'];

/** Prepares a folder in which `npx cdk` deploys an assembly and builds nothing. */
export async function copyAssembly(assembly: string, directory: string): Promise<void> {
  await cp(assembly, join(directory, 'cdk.out'), { recursive: true });
  // `npx` would take another release of the CDK from the registry.
  await symlink(NODE_MODULES, join(directory, 'node_modules'));
  const settings = { app: 'cdk.out', notices: false, versionReporting: false };
  const context = { 'cli-telemetry': false };
  await writeFile(join(directory, 'cdk.json'), JSON.stringify({ ...settings, context }));
}

/**
 * The names that come from the code's hash change with it, as in a synthesis: those of its asset, of the template and of
 * the function's version.
 *
 * @param directory as copyAssembly leaves it
 */
export async function addMigration(directory: string, { name, sql }: Migration): Promise<void> {
  const assembly = join(directory, 'cdk.out');
  const template = await readFile(join(assembly, TEMPLATE), 'utf8');
  const { asset, version } = namesOfMigrate(JSON.parse(template) as Template);
  const manifest = await readFile(join(assembly, 'manifest.json'), 'utf8');
  const templateKey = /assets-[^/]+\/([0-9a-f]{64})\.json/.exec(manifest)?.[1] ?? '';
  const fresh = createHash('sha256').update(asset).update(sql).digest('hex');

  await rename(join(assembly, `asset.${asset}`), join(assembly, `asset.${fresh}`));
  await writeFile(join(assembly, `asset.${fresh}`, 'migrations', name), sql);
  for (const file of FILES) {
    const text = await readFile(join(assembly, file), 'utf8');
    const changed = text
      .replaceAll(asset, fresh)
      .replaceAll(version, version.slice(0, -32) + fresh.slice(0, 32))
      .replaceAll(templateKey, createHash('sha256').update(fresh).digest('hex'));
    await writeFile(join(assembly, file), changed);
  }
}

function namesOfMigrate({ Resources: resources }: Template): { asset: string; version: string } {
  const entries = Object.entries(resources);
  const find = (start: string, type: string) =>
    entries.find(([id, resource]) => id.startsWith(start) && resource.Type === type);
  const [, migrate] = find('MigrateFunction', 'AWS::Lambda::Function') ?? [];
  const [version] = find('MigrateFunctionCurrentVersion', 'AWS::Lambda::Version') ?? [];
  const { S3Key: key = '' } = (migrate?.Properties?.['Code'] ?? {}) as { S3Key?: string };
  if (version === undefined || key === '') throw new Error('the template has no migrate function');
  return { asset: key.replace('.zip', ''), version };
}
