/** What a scenario is, and what it hands back. */
import type { Account } from './accounting/account.ts';
import type { SoakStack } from './world/soak-stack.ts';

export interface Size {
  seed: number;
  /** What is published: events, messages or bodies, as the scenario says. */
  events: number;
  report(progress: string): void;
}

export interface Outcome {
  account?: Account;
  /** What happened besides, for the reader: counts, seconds, megabytes. */
  facts: Record<string, number | string>;
  /** Sentences; none when the scenario proved what it is to prove. */
  problems: string[];
}

export interface Scenario {
  name: string;
  /** One line. */
  description: string;
  /** At full size. */
  events: number;
  run(soak: SoakStack, size: Size): Promise<Outcome>;
}
