/** The unmodified CDK command line, as a person runs it, against an endpoint on loopback. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface CdkRun {
  code: number | null;
  /** Both streams, as a terminal would show them. */
  output: string;
}

/** `npx cdk` is what the docs tell to type; what it then runs starts in half the time without it. */
const PROGRAMS = {
  npx: ['npx', 'cdk'],
  direct: [process.execPath, 'node_modules/aws-cdk/bin/cdk'],
} as const;

export interface CdkPlace {
  start: keyof typeof PROGRAMS;
  /** Where the command is typed. */
  directory: string;
  endpoint: string;
  region: string;
  /** Stands for the user's home: nothing of their own AWS settings gets in. */
  home: string;
}

/** `cdk <args>`; to be awaited, and stopped if the test ends before it does. */
export function startCdk(
  { start, directory, endpoint, region, home }: CdkPlace,
  args: readonly string[],
): { ended: Promise<CdkRun>; stop(): void } {
  const [program, ...first] = PROGRAMS[start];
  const child = spawn(program, [...first, ...args, '--no-color'], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      npm_config_cache: join(home, '.npm'),
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      // It would ask the registry whether there is a newer one.
      CDK_DISABLE_VERSION_CHECK: 'true',
    },
    // Its own process group: npx has children, and they have the app.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = new Promise<CdkRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      output.then(([stdout, stderr]) => resolve({ code, output: `${stdout}\n${stderr}` }), reject);
    });
  });
  const stop = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGTERM');
  };
  return { ended, stop };
}
