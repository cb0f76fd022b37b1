/**
 * What the core adds to what an app loads at its start, minified and compressed: all that `tricost` exports, which is
 * createTricost() with its meter, tags, prompts and the way to SQS. What is loaded by its first use (batches, Bedrock's streams
 * through `fetch`) is a file of its own, and subpaths come on top where they are imported.
 */
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

/** @returns kilobytes of 1,000 bytes */
export async function gzippedKb(folder: string): Promise<number> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: "export * from 'tricost';", resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*'],
    splitting: true,
    outdir: folder,
    metafile: true,
    write: false,
  });
  const atStart = new Set(filesAtStart(metafile, 'stdin.js'));
  const contents = outputFiles
    .filter(({ path }) => [...atStart].some((name) => path.endsWith(basename(name))))
    .map((file) => file.contents);
  return gzipSync(Buffer.concat(contents), { level: 9 }).length / 1_000;
}

/** The entry, and what it imports other than by `import()`. */
function filesAtStart({ outputs }: Metafile, entry: string): string[] {
  const [path, output] =
    Object.entries(outputs).find(([name]) => basename(name) === basename(entry)) ?? [];
  if (path === undefined || output === undefined) return [];
  const imported = output.imports.filter(
    ({ kind, external }) => kind === 'import-statement' && external !== true,
  );
  return [path, ...imported.flatMap((file) => filesAtStart({ outputs } as Metafile, file.path))];
}
