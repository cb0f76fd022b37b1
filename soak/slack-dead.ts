/**
 * Slack is dead, in every way it can be, for hours of simulated time: every message arrives in the end, in order, once. Those of a team
 * whose channel is well do not wait for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { addToOutbox } from '../adapters/postgres/outbox.ts';
import { setTeam } from '../adapters/postgres/teams.ts';
import { queueDepth } from '../adapters/sqs/queue-depth.ts';
import { wakeNotify } from '../adapters/sqs/wake-notify.ts';
import { type Random, seededRandom } from '../local/demo/random.ts';
import { leftInQueues } from './accounting/account.ts';
import { type OutboxState, outboxState } from './accounting/outbox.ts';
import type { Outcome, Size } from './scenario.ts';
import type { SlackState } from './world/flaky-slack.ts';
import { OTHER_SECRET, type SoakStack } from './world/soak-stack.ts';

export interface SlackDead extends Size {
  /** Of simulated time. */
  hours: number;
  /** How often at most Slack takes a request and says nothing: each costs the ten seconds after which notify gives up. */
  silences: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const POLL_MS = 25;
/** Longer than an attempt takes. */
const REACTION_MS = 3_000;
const SILENT_REACTION_MS = 15_000;
/** However long a busy machine takes: it is not waited for when all is well. */
const OTHER_REACTION_MS = 60_000;
/** After the outage, to meet the longest wait of a message. */
const RECOVERY_STEP_MS = 2 * HOUR_MS;
const OTHER_TEAM = 'other';
const MOST_RECOVERY_STEPS = 20;

export async function slackDead(
  soak: SoakStack,
  { seed, events, hours, silences, report }: SlackDead,
): Promise<Outcome> {
  const { clock, slack, otherSlack } = soak;
  const random = seededRandom(seed);
  const texts = Array.from({ length: events }, (_, index) => `soak ${seed}: message ${index + 1}`);
  const first = slack.taken.length;
  const firstOther = otherSlack.taken.length;
  const team = { secret: OTHER_SECRET, slackChannel: null, timeZone: 'UTC', hour: 0 };
  await soak.database.withOwner(async (owner) => {
    await owner.query('delete from tricost.outbox');
    await setTeam(owner, { ...team, name: OTHER_TEAM });
  });

  const startedAt = clock.now.getTime();
  const endsAt = startedAt + hours * HOUR_MS;
  let written = 0;
  let waits = 0;
  const metSilence = (): number => slack.posts.get('silent') ?? 0;
  const mostSilences = metSilence() + silences;
  while (clock.now.getTime() < endsAt) {
    const state = randomState(random, metSilence() < mostSilences);
    await slack.become(state);
    const share = (clock.now.getTime() - startedAt) / (endsAt - startedAt);
    const due = Math.min(events, Math.ceil(events * share));
    for (; written < due; written += 1) await write(soak, texts[written] ?? '');
    report(`Slack is dead since ${(share * hours).toFixed(1)} of ${hours} hours`);
    await clock.advance(random.between(1, 15) * MINUTE_MS);
    await reacted(soak, state.kind === 'silent' ? SILENT_REACTION_MS : REACTION_MS);
    if (!(await otherReacted(soak))) waits += 1;
  }
  for (; written < events; written += 1) await write(soak, texts[written] ?? '');
  const takenWhileDead = slack.taken.length - first;
  await slack.become({ kind: 'well' });
  await recover(soak, () => slack.taken.length - first < events);

  const taken = slack.taken.slice(first);
  const otherTaken = otherSlack.taken.slice(firstOther);
  const { attempts, nextAttemptAt } = await readOutbox(soak, null);
  return {
    facts: {
      messages: events,
      simulated_hours: hours,
      failed_attempts: attempts - taken.length,
      ...Object.fromEntries(
        [...slack.posts].map(([kind, count]) => [kind.replaceAll(' ', '_'), count]),
      ),
    },
    problems: [
      ...(takenWhileDead > 0 ? [`Slack took ${takenWhileDead} messages while it was dead`] : []),
      ...(JSON.stringify(taken) === JSON.stringify(texts)
        ? []
        : [`Slack took ${taken.length} messages, not the ${events} written, in order and once`]),
      ...(JSON.stringify(otherTaken) === JSON.stringify(texts)
        ? []
        : [
            `the other channel took ${otherTaken.length} messages, not ${events}, in order and once`,
          ]),
      ...(waits > 0
        ? [`messages to a channel that is well waited for the one that is dead, ${waits} times`]
        : []),
      ...(attempts > taken.length ? [] : ['no attempt failed: nothing was shown']),
      ...(nextAttemptAt === undefined ? [] : ['messages still wait in the outbox']),
      ...(await leftInQueues(soak)),
    ],
  };
}

function randomState(random: Random, maySilence: boolean): SlackState {
  if (maySilence && random.chance(0.2)) return { kind: 'silent' };
  const states: [SlackState, ...SlackState[]] = [
    { kind: 'refused' },
    { kind: 'error' },
    { kind: 'rate limited', retryAfterSeconds: random.between(1, 1_800) },
  ];
  return random.pick(states);
}

/** As the spend alert does: a row of the outbox for each of both, then a wake-up. */
async function write(soak: SoakStack, text: string): Promise<void> {
  await soak.database.withOwner(async (owner) => {
    await addToOutbox(owner, text, { text });
    await addToOutbox(owner, `${text} to the other`, { text }, { team: OTHER_TEAM });
  });
  await wakeNotify(soak.stack.sqs, soak.notifyQueueUrl);
}

/** Waits until notify has tried what was due, or for so long that nothing can be due. */
async function reacted(soak: SoakStack, withinMs: number): Promise<void> {
  const givesUpAt = Date.now() + withinMs;
  while (Date.now() < givesUpAt) {
    const { nextAttemptAt } = await readOutbox(soak, null);
    if (nextAttemptAt === undefined) return;
    if (nextAttemptAt !== null && nextAttemptAt > soak.clock.now) return;
    await sleep(POLL_MS);
  }
}

/** Waits until the channel that is well has everything: the clock stands still, so what waits for the dead one would wait for ever. */
async function otherReacted(soak: SoakStack): Promise<boolean> {
  const givesUpAt = Date.now() + OTHER_REACTION_MS;
  while (Date.now() < givesUpAt) {
    const { nextAttemptAt } = await readOutbox(soak, OTHER_TEAM);
    if (nextAttemptAt === undefined) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function recover(soak: SoakStack, waits: () => boolean): Promise<void> {
  const depth = () => queueDepth(soak.stack.sqs, soak.notifyQueueUrl);
  for (let step = 0; step < MOST_RECOVERY_STEPS; step += 1) {
    if (!waits() && (await depth()) === 0) return;
    await soak.clock.advance(RECOVERY_STEP_MS);
    await reacted(soak, REACTION_MS);
    await sleep(REACTION_MS / 10);
  }
}

function readOutbox({ database }: SoakStack, team: string | null): Promise<OutboxState> {
  return database.withOwner((owner) => outboxState(owner, team));
}
