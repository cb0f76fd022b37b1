/** Reads a CDK cloud assembly: the one stack in it and the folders of its assets. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssemblyError } from './assembly-error.ts';
import type { Template } from './template.ts';

export interface Assembly {
  stackName: string;
  /** `us-east-1` when the stack is synthesized for any region. */
  region: string;
  template: Template;
  /** @throws AssemblyError when no file asset has that key. */
  assetDirectory(objectKey: string): string;
}

/** The manifest's schema: https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cloud-assembly-schema */
interface Manifest {
  artifacts: Record<string, Artifact>;
}

interface Artifact {
  type: string;
  /** `aws://<account>/<region>` */
  environment?: string;
  properties?: { templateFile?: string; file?: string; stackName?: string };
}

interface AssetManifest {
  files: Record<
    string,
    {
      source: { path: string; packaging: 'zip' | 'file' };
      destinations: Record<string, { objectKey: string }>;
    }
  >;
}

const ANY_REGION = 'us-east-1';

/**
 * @param directory the folder that `cdk synth` wrote
 * @throws AssemblyError when the folder is not an assembly, or holds none or several stacks.
 */
export async function readAssembly(directory: string): Promise<Assembly> {
  const manifest = await readJson<Manifest>(join(directory, 'manifest.json'));
  const artifacts = Object.entries(manifest.artifacts);
  const stacks = artifacts.filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new AssemblyError(
      `${directory} holds ${stacks.length} stacks; a local run needs exactly one`,
    );
  }
  const [artifactId, { environment, properties }] = stack;
  const template = await readJson<Template>(join(directory, properties?.templateFile ?? ''));
  const directories = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type !== 'cdk:asset-manifest') continue;
    const assets = await readJson<AssetManifest>(join(directory, artifact.properties?.file ?? ''));
    for (const { source, destinations } of Object.values(assets.files)) {
      if (source.packaging !== 'zip') continue;
      for (const { objectKey } of Object.values(destinations)) {
        directories.set(objectKey, join(directory, source.path));
      }
    }
  }
  return {
    stackName: properties?.stackName ?? artifactId,
    region: regionOf(environment),
    template,
    assetDirectory(objectKey) {
      const found = directories.get(objectKey);
      if (found === undefined) {
        throw new AssemblyError(`the assembly has no zip asset ${objectKey}; synthesize it again`);
      }
      return found;
    },
  };
}

function regionOf(environment: string | undefined): string {
  const region = environment?.split('/')[3];
  return region === undefined || region === 'unknown-region' ? ANY_REGION : region;
}

async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (cause) {
    throw new AssemblyError(`${path} cannot be read; is this folder what \`cdk synth\` wrote?`, {
      cause,
    });
  }
}
