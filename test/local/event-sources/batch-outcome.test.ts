import { describe, expect, test } from 'vitest';
import { readBatchOutcome } from '../../../local/event-sources/batch-outcome.ts';

const IDS = ['a', 'b', 'c'];

function outcome(payload: string, reportBatchItemFailures = true) {
  const { succeeded, malformed } = readBatchOutcome({ payload }, IDS, reportBatchItemFailures);
  return malformed === undefined ? [...succeeded] : malformed;
}

const failures = (...identifiers: unknown[]) =>
  JSON.stringify({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });

describe('with ReportBatchItemFailures', () => {
  test.each<[string, string, string[]]>([
    ['an empty list', failures(), IDS],
    ['no list', '{}', IDS],
    ['a null list', '{"batchItemFailures":null}', IDS],
    ['null', 'null', IDS],
    ['some', failures('b'), ['a', 'c']],
    ['the same one twice', failures('b', 'b'), ['a', 'c']],
    ['all', failures('a', 'b', 'c'), []],
  ])('%s', (_, payload, succeeded) => {
    expect(outcome(payload)).toEqual(succeeded);
  });

  test.each<[string, string, RegExp]>([
    ['an identifier that is no message', failures('a', 'x'), /itemIdentifier "x" is no message/],
    ['an empty identifier', failures(''), /itemIdentifier "" is no message/],
    ['a null identifier', failures(null), /itemIdentifier null is no message/],
    ['a wrong key', '{"batchItemFailures":[{"itemId":"a"}]}', /itemIdentifier undefined/],
    ['a null failure', '{"batchItemFailures":[null]}', /itemIdentifier undefined/],
    ['no list of failures', '{"batchItemFailures":"a"}', /is not a list/],
    ['text', '"done"', /"done"/],
    ['a list', '[]', /\[\]/],
    ['no JSON', 'done', /done/],
  ])('%s fails the whole batch', (_, payload, why) => {
    expect(outcome(payload)).toMatch(why);
  });

  test('an exception fails the whole batch', () => {
    const error = { errorType: 'Error', errorMessage: 'no', trace: [] };
    expect(readBatchOutcome({ payload: failures(), error }, IDS, true).succeeded.size).toBe(0);
  });
});

describe('without ReportBatchItemFailures', () => {
  test.each([failures('a'), failures('x'), 'null', '"done"', 'no JSON'])(
    '%s is success',
    (payload) => {
      expect(outcome(payload, false)).toEqual(IDS);
    },
  );

  test('an exception fails the whole batch', () => {
    const error = { errorType: 'Error', errorMessage: 'no', trace: [] };
    expect(readBatchOutcome({ payload: 'null', error }, IDS, false).succeeded.size).toBe(0);
  });
});
