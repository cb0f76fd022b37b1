/** What every function of ours must be, whichever capability it serves. */

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EXAMPLE_VPC as vpc, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize({ canary: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const ours = resourcesOf(template, 'AWS::Lambda::Function')
  .filter(([id]) => !id.startsWith('AWSCDK'))
  .map(([id, { Properties }]) => ({ id, Properties }));

test('every folder of lambdas/ with a handler is deployed, and nothing else', async () => {
  const entries = await readdir(`${root}lambdas`, { withFileTypes: true });
  const slugs = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const expected = slugs.map((slug) => slug.replaceAll('-', '')).toSorted();
  const deployed = ours.map(({ id }) => id.replace(/(Job)?Function[0-9A-F]{8}$/, '').toLowerCase());
  expect(deployed.toSorted()).toEqual(expected);
});

describe.each(ours)('$id', ({ Properties }) => {
  test('runs on Node 24, on arm64, and logs JSON to a group of its own that expires', () => {
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    const logging = Properties['LoggingConfig'] as { LogFormat: string; LogGroup: { Ref: string } };
    expect(logging.LogFormat).toBe('JSON');
    const group = template.findResources('AWS::Logs::LogGroup')[logging.LogGroup.Ref];
    expect(group?.['Properties']).toMatchObject({ RetentionInDays: 30 });
  });

  test('never reserves concurrency: a new account has only the ten that must stay free', () => {
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

test('every bundle holds the file and the export that its handler names', async () => {
  const slugs = (await readdir(`${root}dist/lambdas`)).toSorted();
  expect(slugs).toHaveLength(ours.length);
  expect(new Set(ours.map(({ Properties }) => Properties['Handler']))).toEqual(
    new Set(['handler.handler']),
  );
  for (const slug of slugs) {
    const source = await readFile(`${root}dist/lambdas/${slug}/handler.mjs`, 'utf8');
    expect(source, slug).toMatch(/export\s*\{[^}]*\bas handler\b[^}]*\}/);
  }
  expect(existsSync(`${root}dist/lambdas/migrate/migrations`)).toBe(true);
});

test.each([
  ['a public authority needs nothing', { databaseCa: 'system' }, undefined],
  ["RDS's authorities are in the runtime", { databaseCa: 'aws-rds' }, '/var/runtime/ca-cert.pem'],
])('%s', (_title, settings, expected) => {
  for (const [id, { Properties }] of resourcesOf(synthesize(settings), 'AWS::Lambda::Function')) {
    if (id.startsWith('AWSCDK')) continue;
    const { Variables } = Properties['Environment'] as { Variables: Record<string, string> };
    expect(Variables['TRICOST_DATABASE_CA'], id).toBe('');
    expect(Variables['NODE_EXTRA_CA_CERTS'], id).toBe(expected);
  }
});

test('in a VPC, every function of ours is attached to the subnets and groups as configured', () => {
  for (const [id, { Properties }] of resourcesOf(synthesize({ vpc }), 'AWS::Lambda::Function')) {
    if (id.startsWith('AWSCDK')) continue;
    expect(Properties['VpcConfig'], id).toEqual({
      SubnetIds: vpc.subnetIds,
      SecurityGroupIds: vpc.securityGroupIds,
    });
  }
});
