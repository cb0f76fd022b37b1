/** Runs one scenario on a stack of its own, in a folder that is thrown away unless somebody has to look into it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Teardown } from '../local/teardown.ts';
import type { Outcome, Scenario, Size } from './scenario.ts';
import { startSoakStack } from './world/soak-stack.ts';

export interface ScenarioResult extends Outcome {
  scenario: string;
  seed: number;
  events: number;
  seconds: number;
  /** Where the logs are, when there are problems. */
  logs?: string;
}

/** @param teardown gets what must be ended when the run is interrupted; it has run when this returns */
export async function runScenario(
  scenario: Scenario,
  size: Size,
  teardown: Teardown,
): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const directory = await mkdtemp(join(tmpdir(), `tricost-soak-${scenario.name}-`));
  let keep = false;
  teardown.add(async () => {
    if (!keep) await rm(directory, { recursive: true, force: true });
  });
  let outcome: Outcome;
  try {
    const soak = await startSoakStack({ directory, teardown, onProgress: size.report });
    outcome = await scenario.run(soak, size);
    keep = outcome.problems.length > 0;
  } catch (error) {
    // A scenario that cannot be finished is a result like any other: those after it still run.
    const problem = error instanceof Error ? error.message : String(error);
    outcome = { facts: {}, problems: [problem] };
    keep = true;
  } finally {
    await teardown.run();
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return {
    scenario: scenario.name,
    seed: size.seed,
    events: size.events,
    seconds,
    ...outcome,
    ...(keep ? { logs: join(directory, 'logs') } : {}),
  };
}
