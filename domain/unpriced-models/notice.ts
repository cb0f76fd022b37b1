/** What Slack is told of models without a price: when they are first seen, and when their calls have a cost or lack another price. */
import type { PicoUsd } from '../money.ts';
import type { WhyUnpriced } from '../pricing/why-unpriced.ts';
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

/** A model whose calls got the cost that they had not, or are without something else than was told of. */
export interface ResolvedModel {
  provider: string;
  model: string;
  /** Calls that got it since the model was first seen, and what they cost. */
  calls: number;
  costUsd: PicoUsd;
  /** What other stored calls of it are without; empty: every one has a cost now. */
  left: readonly WhyUnpriced[];
}

/** @param models at least one */
export function resolvedNotice(models: readonly ResolvedModel[]): SlackMessage {
  const [first] = models;
  const which =
    models.length === 1 && first !== undefined
      ? nameOf(first)
      : `${formatCount(models.length)} models`;
  const text = resolvedText(which, models);
  const incomplete = models.filter(({ left }) => left.length > 0).slice(0, SHOWN);
  if (models.length === 1) return { text, blocks: [section(text), ...incomplete.map(leftOf)] };
  const fields = models.slice(0, 2 * SHOWN).map((model) => mrkdwn(fieldOf(model)));
  const rest = models.length - fields.length;
  return {
    text,
    blocks: [
      section(text),
      { type: 'section', fields },
      ...incomplete.flatMap((model) => [section(`*${nameOf(model)}*`), leftOf(model)]),
      ...(rest > 0 ? [context(`and ${formatCount(rest)} more`)] : []),
    ],
  };
}

function resolvedText(which: string, models: readonly ResolvedModel[]): string {
  const calls = models.reduce((sum, model) => sum + model.calls, 0);
  if (calls === 0) return `:grey_question: Calls of ${which} still have no cost`;
  const cost = models.reduce((sum, model) => sum + model.costUsd, 0n);
  const priced = callsOf(calls, cost);
  return models.every(({ left }) => left.length === 0)
    ? `:white_check_mark: Every call of ${which} has a cost now: ${priced}`
    : `:white_check_mark: Calls of ${which} have a cost now: ${priced}; others still have none (reporting.unpriced_calls)`;
}

function fieldOf(model: ResolvedModel): string {
  const { calls, costUsd, left } = model;
  if (calls === 0) return `${nameOf(model)}\nstill no cost`;
  const others = left.length === 0 ? '' : '; others still have no cost';
  return `${nameOf(model)}\n${callsOf(calls, costUsd)}${others}`;
}

function leftOf({ left }: ResolvedModel): Section {
  const sentences = left.map(({ what, toDo }) => `${sentence(what)} ${sentence(toDo)}`);
  return plainSection(plainText(sentences.join(' '), LONGEST_WHY));
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
