/**
 * What the core adds to an app's bundle at most, minified and compressed: all that `tricost` exports, which is createTricost()
 * with its meter, tags, prompts, batches and the way to SQS. Subpaths come on top where they are imported.
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** @returns kilobytes of 1,000 bytes */
export async function gzippedKb(folder: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: "export * from 'tricost';", resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*'],
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length / 1_000;
}
