import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageBatch } from '../../../local/event-sources/message-batch.ts';
import { type SqsEventRecord, toEventRecord } from '../../../local/event-sources/sqs-event.ts';

const record = (body: string, messageId = 'id'): SqsEventRecord =>
  toEventRecord({ MessageId: messageId, Body: body }, 'arn:aws:sqs:r:0:q', 'us-east-1');

describe('a batch', () => {
  test('is complete when it is full', () => {
    const batch = new MessageBatch({ batchSize: 12, batchingWindowSeconds: 5 });
    expect(batch.wanted).toBe(10);
    for (let index = 0; index < 10; index += 1) batch.add(record('x'), 0);
    expect(batch.wanted).toBe(2);
    expect(batch.complete(0)).toBe(false);
    batch.add(record('x'), 0);
    batch.add(record('x'), 0);
    expect(batch.complete(0)).toBe(true);
  });

  test('is complete when its window is over, which starts with the first message', () => {
    const batch = new MessageBatch({ batchSize: 100, batchingWindowSeconds: 5 });
    expect(batch.complete(1_000_000)).toBe(false);
    expect(batch.remainingMs(1_000_000)).toBeUndefined();
    batch.add(record('x'), 10_000);
    batch.add(record('x'), 14_000);
    expect(batch.remainingMs(14_000)).toBe(1_000);
    expect(batch.complete(14_999)).toBe(false);
    expect(batch.complete(15_000)).toBe(true);
  });

  test('without a window is complete with what the first receive brought', () => {
    const batch = new MessageBatch({ batchSize: 10, batchingWindowSeconds: 0 });
    expect(batch.complete(0)).toBe(false);
    batch.add(record('x'), 0);
    expect(batch.complete(0)).toBe(true);
  });

  test('never sends an event larger than Lambda takes, unless one message alone is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 500, max: 5_000 }),
        (bodies, maximumBytes) => {
          const settings = { batchSize: 10_000, batchingWindowSeconds: 5 };
          let batch = new MessageBatch(settings, maximumBytes);
          const batches = [batch];
          for (const body of bodies) {
            if (batch.add(record(body), 0)) continue;
            batch = new MessageBatch(settings, maximumBytes);
            batches.push(batch);
            expect(batch.add(record(body), 0)).toBe(true);
          }
          expect(batches.flatMap(({ records }) => records.map((item) => item.body))).toEqual(
            bodies,
          );
          for (const { records, ...rest } of batches.map((item) => ({
            records: item.records,
            bytes: Buffer.byteLength(item.toPayload()),
          }))) {
            expect(rest.bytes <= maximumBytes || records.length === 1).toBe(true);
          }
        },
      ),
    );
  });
});

test('a record has the shape that Lambda documents', () => {
  const message = {
    MessageId: 'm',
    ReceiptHandle: 'r',
    Body: 'b',
    MD5OfBody: '92eb',
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '5' },
    MessageAttributes: {
      text: { DataType: 'String', StringValue: 's' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    },
  } as const;
  expect(toEventRecord(message, 'arn:aws:sqs:eu-west-1:0:q', 'eu-west-1')).toEqual({
    messageId: 'm',
    receiptHandle: 'r',
    body: 'b',
    md5OfBody: '92eb',
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '5' },
    messageAttributes: {
      text: { stringValue: 's', stringListValues: [], binaryListValues: [], dataType: 'String' },
      bytes: {
        binaryValue: 'AQI=',
        stringListValues: [],
        binaryListValues: [],
        dataType: 'Binary',
      },
    },
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:0:q',
    awsRegion: 'eu-west-1',
  });
});
