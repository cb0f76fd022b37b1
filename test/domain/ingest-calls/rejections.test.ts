/** The decision table: one row for every way in which an event, or a message, cannot be a call. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planBatch } from '../../../domain/ingest-calls/plan-batch.ts';
import { REJECTIONS, type RejectionReason } from '../../../domain/ingest-calls/rejection.ts';
import { CALL, CONTEXT } from './example-call.ts';
import { refusedEvents, refusedMessages } from './rejection-cases.ts';

function planBodies(...bodies: string[]) {
  return planBatch(
    bodies.map((body, index) => ({ messageId: `m${index}`, body })),
    CONTEXT,
  );
}

const EVENTS = refusedEvents(CALL, CONTEXT);
const MESSAGES = refusedMessages(CALL);

describe('what cannot be a call', () => {
  test.each(EVENTS)('%s: %s', (reason, _case, event) => {
    const plan = planBodies(JSON.stringify([CALL, event, { ...CALL, event_id: undefined }]));
    expect(plan.rejections).toEqual([
      expect.objectContaining({
        messageId: 'm0',
        index: 1,
        reason,
        detail: expect.any(String),
        body: JSON.stringify(event) ?? 'null',
      }),
    ]);
    // Its siblings are unharmed.
    expect(plan.calls).toHaveLength(2);
    expect(plan.bugs).toEqual([]);
  });

  test.each(MESSAGES)('whole message, %s: %s', (reason, _case, body) => {
    const plan = planBodies(body, JSON.stringify(CALL));
    expect(plan.rejections).toEqual([
      { messageId: 'm0', index: -1, reason, detail: expect.any(String), body },
    ]);
    expect(plan.calls.map((call) => call.messageId)).toEqual(['m1']);
  });

  test('event_id_reused: the same event_id with another ts in one batch; the first one stays', () => {
    const other = { ...CALL, ts: '2026-11-23T13:00:00.124Z' };
    const plan = planBodies(JSON.stringify(CALL), JSON.stringify([CALL, other]));
    expect(plan.calls).toHaveLength(2);
    expect(plan.rejections).toEqual([
      expect.objectContaining({ messageId: 'm1', index: 1, reason: 'event_id_reused' }),
    ]);
  });

  test('not finite: JSON can spell 1e999', () => {
    const plan = planBodies(JSON.stringify(CALL).replace('812', '1e999'));
    expect(plan.rejections[0]?.reason).toBe('number_out_of_range');
    const cost = planBodies(JSON.stringify({ ...CALL, cost_usd: 1 }).replace(':1}', ':1e999}'));
    expect(cost.rejections[0]?.reason).toBe('cost_invalid');
  });

  test('a reason never quotes the event: it may be prompt text', () => {
    const secret = 'the patient said';
    for (const key of [
      'usage',
      'status',
      'latency_ms',
      'cost_usd',
      'event_id',
      'ts',
      'v',
      'stream',
    ]) {
      const plan = planBodies(JSON.stringify({ ...CALL, [key]: secret }));
      expect(plan.rejections).toHaveLength(1);
      expect(plan.rejections[0]?.detail).not.toContain(secret);
    }
  });

  test('every code stands in the documentation and in this table', () => {
    const tested = new Set([...EVENTS, ...MESSAGES].map(([reason]) => reason));
    const documentation = readFileSync('docs/reference/rejections.md', 'utf8');
    // Tested elsewhere: one needs two events, the other a database.
    const elsewhere = new Set<string>(['event_id_reused', 'refused_by_database']);
    for (const reason of Object.keys(REJECTIONS) as RejectionReason[]) {
      expect(documentation).toContain(`| \`${reason}\` |`);
      if (!elsewhere.has(reason)) expect(tested).toContain(reason);
    }
  });
});
