/** What Slack is told of models without a price: once when they are first seen, once when all their calls have a cost. */
import type { PicoUsd } from '../money.ts';
import { codeSpan, plainText } from '../slack/escape.ts';
import {
  context,
  mrkdwn,
  plainSection,
  type Section,
  type SlackMessage,
  section,
} from '../slack/message.ts';
import { formatCount, formatUsd } from '../slack/numbers.ts';
import type { UnpricedModel } from './unpriced-models.ts';

/** Models told of in one message: each takes two blocks and up to a thousand characters. */
const SHOWN = 5;
const LONGEST_WHY = 800;

/**
 * @param models seen for the first time; at least one
 * @param isLast whether further models of the day are told of the next
 */
export function unpricedNotice(models: readonly UnpricedModel[], isLast: boolean): SlackMessage {
  const [first] = models;
  const which =
    models.length === 1 && first !== undefined
      ? nameOf(first)
      : `${formatCount(models.length)} models`;
  const text = `:grey_question: Calls of ${which} have no price: what they cost is unknown, and in no total`;
  const rest = models.length - SHOWN;
  const closing = [
    ...(rest > 0 ? [`and ${formatCount(rest)} more`] : []),
    ...(isLast ? ['further models are told of in a day'] : []),
    'all of them: reporting.unpriced_calls',
    'once there is a price, stored calls get their cost by themselves',
  ];
  return {
    text,
    blocks: [
      section(text),
      ...models.slice(0, SHOWN).flatMap(describe),
      context(closing.join(' · ')),
    ],
  };
}

function describe(unpriced: UnpricedModel): Section[] {
  const { feature, why } = unpriced;
  return [
    section(`*${nameOf(unpriced)}*, first in feature ${codeSpan(feature)}`),
    plainSection(plainText(`${sentence(why.what)} ${sentence(why.toDo)}`, LONGEST_WHY)),
  ];
}

/** A model whose calls got the cost that they had not. */
export interface ResolvedModel {
  provider: string;
  model: string;
  /** Calls that got it since the model was first seen, and what they cost. */
  calls: number;
  costUsd: PicoUsd;
  /** Whether every stored call of it has a cost now. */
  isComplete: boolean;
}

/** @param models at least one */
export function resolvedNotice(models: readonly ResolvedModel[]): SlackMessage {
  const [first] = models;
  const which =
    models.length === 1 && first !== undefined
      ? nameOf(first)
      : `${formatCount(models.length)} models`;
  const calls = models.reduce((sum, model) => sum + model.calls, 0);
  const cost = models.reduce((sum, model) => sum + model.costUsd, 0n);
  const priced = callsOf(calls, cost);
  const text = models.every(({ isComplete }) => isComplete)
    ? `:white_check_mark: Every call of ${which} has a cost now: ${priced}`
    : `:white_check_mark: Calls of ${which} have a cost now: ${priced}; others still have none (reporting.unpriced_calls)`;
  if (models.length === 1) return { text, blocks: [section(text)] };
  const fields = models
    .slice(0, 2 * SHOWN)
    .map((model) =>
      mrkdwn(
        `${nameOf(model)}\n${callsOf(model.calls, model.costUsd)}${model.isComplete ? '' : '; others still have no cost'}`,
      ),
    );
  const rest = models.length - fields.length;
  return {
    text,
    blocks: [
      section(text),
      { type: 'section', fields },
      ...(rest > 0 ? [context(`and ${formatCount(rest)} more`)] : []),
    ],
  };
}

function callsOf(calls: number, costUsd: PicoUsd): string {
  return `${formatCount(calls)} stored ${calls === 1 ? 'call was' : 'calls were'} priced, ${formatUsd(costUsd)} in all`;
}

function nameOf({ provider, model }: { provider: string; model: string }): string {
  return `${codeSpan(provider)} ${codeSpan(model)}`;
}

/** Begins with a capital and ends with a full stop. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
