/** Asks for a run a day and a week after an alert opened, and says in its thread then whether it goes on. */
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { ClientBase } from 'pg';
import { readAlertSettings } from '../../adapters/postgres/alert-settings.ts';
import { type Opening, readOpenings } from '../../adapters/postgres/follow-ups.ts';
import { addToOutbox } from '../../adapters/postgres/outbox.ts';
import { readDaysOf } from '../../adapters/postgres/read-verdict.ts';
import { readSpend } from '../../adapters/postgres/spend-alert.ts';
import { readOwners, readTeams } from '../../adapters/postgres/teams.ts';
import { type ScheduleTarget, scheduleOnce } from '../../adapters/scheduler/schedule-once.ts';
import {
  FOLLOW_UPS,
  type FollowUpHours,
  followUpAt,
  followUpMessage,
  followUpName,
  followUpState,
} from '../../domain/follow-up/follow-up.ts';
import { findAll } from '../../domain/spend-alert/rules/find.ts';
import type { RuleSettings } from '../../domain/spend-alert/rules/settings.ts';
import type { SpendWindows } from '../../domain/spend-alert/windows.ts';
import { dueAt, ownerOf, type Team } from '../../domain/teams/team.ts';

export interface FollowUpInput {
  openingId: string;
  hours: FollowUpHours;
}

const HOURS = Object.keys(FOLLOW_UPS).map((hours) => Number(hours) as FollowUpHours);

/** Younger than the first follow-up by more than the longest run: one that has run is not asked for again. */
const NEW_MS = 23 * 3_600_000;
const LONGEST_AGE_MS = 8 * 24 * 3_600_000;

/** Of all new openings each time, so that a run which died before this is made up for; those that are there stay as they are. */
export async function scheduleFollowUps(
  client: ClientBase,
  scheduler: SchedulerClient,
  target: ScheduleTarget,
  now: Date,
): Promise<void> {
  const openings = await readOpenings(client, new Date(now.getTime() - NEW_MS));
  const hasThread = await threads(client);
  for (const { id, feature, openedAt } of openings) {
    if (hasThread(feature) === undefined) continue;
    for (const hours of HOURS) {
      const followUp: FollowUpInput = { openingId: id, hours };
      await scheduleOnce(scheduler, target, {
        name: followUpName(id, hours),
        at: followUpAt(openedAt, hours),
        input: { scheduledTime: '<aws.scheduler.scheduled-time>', followUp },
      });
    }
  }
}

/** @returns whether something is said: a webhook is told of changes alone, and these the job tells of when they happen */
export async function followUp(
  client: ClientBase,
  { openingId, hours }: FollowUpInput,
  windows: SpendWindows,
  asOf: Date,
  settings: RuleSettings,
): Promise<boolean> {
  const openings = await readOpenings(client, new Date(asOf.getTime() - LONGEST_AGE_MS));
  const opening: Opening | undefined = openings.find(({ id }) => id === openingId);
  const state = followUpState(opening?.state);
  if (opening === undefined || state === undefined) return false;
  const { feature, outboxId } = opening;
  const team = (await threads(client))(feature);
  if (team === undefined) return false;
  // An alert stays open for a day or two after spend has gone back to what it was.
  if (!(await isGrowing(client, feature, windows, asOf, settings))) return false;
  const { features } = await readSpend(client, windows, asOf);
  const spend = features.find((it) => it.feature === feature);
  const message = followUpMessage(feature, state, hours, spend?.current.costUsd ?? 0n);
  const id = await addToOutbox(client, followUpName(openingId, hours), message, {
    team: team.name,
    notBefore: dueAt(windows.date, team),
    reply: { to: outboxId, state },
  });
  return id !== undefined;
}

/** Whether a rule still holds: asked now, because the morning's run may be at it, or come after this one. */
async function isGrowing(
  client: ClientBase,
  feature: string,
  windows: SpendWindows,
  asOf: Date,
  settings: RuleSettings,
): Promise<boolean> {
  const own = await readAlertSettings(client);
  const by = { ...settings, ...own.get(feature) };
  const { series, parts } = await readDaysOf(client, windows, asOf, feature, by);
  return findAll(series, parts, by).length > 0;
}

/** By feature, the team that hears of it in threads; undefined: none does. */
async function threads(client: ClientBase): Promise<(feature: string) => Team | undefined> {
  const owners = await readOwners(client);
  const teams = await readTeams(client);
  return (feature) => {
    const name = ownerOf(feature, owners);
    const team = teams.find((it) => it.name === name);
    return team?.slackChannel === null ? undefined : team;
  };
}
