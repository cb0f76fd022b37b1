/** Writes small cloud assemblies by hand, with handlers given as source text. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template, TemplateResource } from '../../local/assembly/template.ts';

export interface MiniAssembly {
  directory: string;
  stateDirectory: string;
  remove(): Promise<void>;
}

/** May do everything: for tests of something else. */
const powerfulRole: TemplateResource = miniRole([{ Action: '*', Resource: '*' }]);

/**
 * @param resources the template's resources; a `Role` that may do everything is added
 * @param handlers source of `handler.mjs` by object key
 */
export async function writeMiniAssembly(
  resources: Record<string, TemplateResource>,
  handlers: Record<string, string> = {},
  rest: Omit<Template, 'Resources'> = {},
): Promise<MiniAssembly> {
  const root = await mkdtemp(join(tmpdir(), 'tricost-assembly-'));
  const directory = join(root, 'cdk.out');
  await mkdir(directory);
  const write = (name: string, content: unknown) =>
    writeFile(join(directory, name), JSON.stringify(content));
  await write('manifest.json', {
    artifacts: {
      Mini: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/unknown-region',
        properties: { templateFile: 'Mini.template.json' },
      },
      'Mini.assets': { type: 'cdk:asset-manifest', properties: { file: 'Mini.assets.json' } },
    },
  });
  await write('Mini.template.json', { ...rest, Resources: { Role: powerfulRole, ...resources } });
  const files = Object.keys(handlers).map((key) => [
    key,
    {
      source: { path: `asset.${key}`, packaging: 'zip' },
      destinations: { current: { objectKey: key } },
    },
  ]);
  await write('Mini.assets.json', { files: Object.fromEntries(files) });
  for (const [key, source] of Object.entries(handlers)) {
    await mkdir(join(directory, `asset.${key}`));
    await writeFile(join(directory, `asset.${key}`, 'handler.mjs'), source);
  }
  return {
    directory,
    stateDirectory: join(root, 'state'),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A function whose code is the handler with that key. */
export function miniFunction(
  key: string,
  properties: Record<string, unknown> = {},
): TemplateResource {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: key },
      Handler: 'handler.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ...properties,
    },
  };
}

/** A role for functions, schedules and providers, with what it allows. */
export function miniRole(statements: Record<string, unknown>[]): TemplateResource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: ['lambda.amazonaws.com', 'scheduler.amazonaws.com'].map((service) => ({
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: service },
        })),
      },
      Policies: [
        {
          PolicyName: 'mini',
          PolicyDocument: { Statement: statements.map((it) => ({ Effect: 'Allow', ...it })) },
        },
      ],
    },
  };
}

export function miniMapping(
  queue: string,
  target: string,
  properties: Record<string, unknown> = {},
): TemplateResource {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
      FunctionName: { Ref: target },
      ScalingConfig: { MaximumConcurrency: 2 },
      ...properties,
    },
  };
}

export function miniQueue(properties: Record<string, unknown> = {}): TemplateResource {
  return { Type: 'AWS::SQS::Queue', Properties: properties };
}
