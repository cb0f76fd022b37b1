/** Ends the run with one line for people and scripts: `N passed, M failed`. */
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

export default class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file that does not load or a hook that throws has no failed test of its own, but is no success either.
    const outsideTests = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .filter((group) => group.errors().length > 0).length;
    const failed = count('failed') + outsideTests + unhandledErrors.length;
    const skipped = count('skipped');
    if (skipped > 0) console.log(`${skipped} skipped`);
    for (const reason of reasonsToSkip(modules)) console.log(`  ${reason}`);
    console.log(
      [
        `${count('passed')} passed`,
        `${failed} failed`,
        ...(reason === 'interrupted' ? ['interrupted'] : []),
        ...(tests.length === 0 ? ['nothing ran'] : []),
      ].join(', '),
    );
  }
}

/** The titles that say why: vitest itself prints none of a file that is skipped whole. */
function reasonsToSkip(modules: readonly TestModule[]): ReadonlySet<string> {
  const suites = modules.flatMap((module) => [...module.children.allSuites()]);
  return new Set(suites.map(({ name }) => name).filter((name) => name.includes('(skipped: ')));
}
