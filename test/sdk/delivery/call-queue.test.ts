/** Waiting calls: a plain array with a byte limit is the model. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallQueue } from '../../../sdk/src/delivery/call-queue.ts';

test('behaves as a list that loses its oldest calls beyond the limit', () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((bytes) => ({ push: bytes })),
    fc.constant('shift' as const),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(step), (maxBytes, steps) => {
      const queue = new CallQueue(maxBytes);
      const model: { json: string; bytes: number }[] = [];
      const bytes = () => model.reduce((sum, call) => sum + call.bytes, 0);
      for (const [index, action] of steps.entries()) {
        if (action === 'shift') {
          expect(queue.shift()).toEqual(model.shift());
        } else {
          const call = { json: `call ${index}`, bytes: action.push };
          model.push(call);
          let lost = 0;
          for (; bytes() > maxBytes; lost += 1) model.shift();
          expect(queue.push(call)).toBe(lost);
        }
        expect(queue.length).toBe(model.length);
        expect(queue.bytes).toBe(bytes());
        expect(queue.end - queue.start).toBe(model.length);
        expect(model.map((_, offset) => queue.peek(offset))).toEqual(model);
        expect(queue.peek(model.length)).toBeUndefined();
      }
    }),
  );
});
