/** Where each lane's messages go: reads the parameters that say so, and keeps what it has read for a while. */
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Lane } from '../../adapters/postgres/outbox.ts';
import { readParameter } from '../../adapters/ssm/read-parameter.ts';
import { type Destination, parseDestination } from '../../domain/notify/destination.ts';

/** As long as other functions keep theirs. */
const KEPT_MS = 10 * 60_000;

export interface ParameterNames {
  /** Of the webhook of the stack. */
  slackWebhookUrl: string;
  /** In front of the names of the teams' secrets. */
  teamPrefix: string;
}

export class Destinations {
  readonly #ssm: SSMClient;
  readonly #names: ParameterNames;
  readonly #read = new Map<string, { text: string; at: number }>();

  constructor(ssm: SSMClient, names: ParameterNames) {
    this.#ssm = ssm;
    this.#names = names;
  }

  /** @throws Error that names the parameter and says what to do, and not what is in it */
  async of({ team }: Lane): Promise<Destination> {
    const { slackWebhookUrl, teamPrefix } = this.#names;
    const name = team === null ? slackWebhookUrl : `${teamPrefix}${team.secret}`;
    const text = await this.#text(name);
    try {
      return parseDestination(text, team?.slackChannel ?? null);
    } catch (error) {
      this.#read.delete(name);
      throw new Error(`the SSM parameter ${name} cannot be used: ${(error as Error).message}`);
    }
  }

  /** What is tried next is read again: it may have been replaced, and must not go to the old one. */
  forget(): void {
    this.#read.clear();
  }

  async #text(name: string): Promise<string> {
    const kept = this.#read.get(name);
    if (kept !== undefined && Date.now() - kept.at < KEPT_MS) return kept.text;
    const text = await readParameter(this.#ssm, name);
    this.#read.set(name, { text, at: Date.now() });
    return text;
  }
}
