/**
 * Runs the CDK app, as `cdk synth` would, into a folder of the local state; without CloudFormation's own validator, which
 * takes three quarters of a synthesis and which the engine, refusing whatever it does not know, can do without here.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * @param outputDirectory emptied first: the assets of every earlier bundle would pile up in it
 * @throws Error with what the app printed, for example which setting is wrong.
 */
export async function synthesize(outputDirectory: string): Promise<void> {
  await rm(outputDirectory, { recursive: true, force: true });
  try {
    await promisify(execFile)(process.execPath, ['bin/tricost.ts'], {
      cwd: ROOT,
      env: { ...process.env, CDK_OUTDIR: outputDirectory, CDK_VALIDATION: 'false' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`the stack cannot be synthesized: ${stderr.trim() || stdout.trim()}`, {
      cause: error,
    });
  }
}
