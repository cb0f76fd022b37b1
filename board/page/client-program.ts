/** The page's program as one script for browsers: ECharts is in it, as far as it is used. */
import { fileURLToPath } from 'node:url';

let built: Promise<string> | undefined;

/** Built once a process, in some tenths of a second. */
export function clientProgram(): Promise<string> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<string> {
  // Loaded when a page is made: most that import this file make none.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./client/main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}
