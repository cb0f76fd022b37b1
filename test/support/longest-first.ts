/** Starts first the files that wait for queues, kills and clocks: begun last, one of them would keep the others' workers idle. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONG = /\/test\/(?:soak|drill|e2e|local)\//;

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
