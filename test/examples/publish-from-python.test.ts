/** The Python file: the same prompt ids as the SDK, valid calls, and retries that change nothing. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertCall, receiveBodies, receiveEnvelopes } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';
import { awsEnvironment, canRun, runProgram } from './run-program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const hasBoto3 = await canRun('python3', ['-c', 'import boto3']);
const title = hasBoto3 ? 'publish.py' : 'publish.py (skipped: no python3 with boto3)';

/** A client that leaves out the second message of the first request, and says so. */
const PARTLY_FAILING = `
class PartlyFailing:
    def __init__(self, client):
        self.client, self.requests = client, 0
    def send_message_batch(self, QueueUrl, Entries):
        self.requests += 1
        if self.requests > 1:
            return self.client.send_message_batch(QueueUrl=QueueUrl, Entries=Entries)
        self.client.send_message_batch(QueueUrl=QueueUrl, Entries=[Entries[0], *Entries[2:]])
        return {"Failed": [{"Id": Entries[1]["Id"], "SenderFault": False, "Code": "InternalError"}]}
`;

describe.skipIf(!hasBoto3)(title, () => {
  let engine: TestQueueEngine;
  beforeAll(async () => {
    engine = await startQueue();
  });
  afterAll(() => engine.stop());

  const python = (queueUrl: string, source: string) =>
    runProgram('python3', ['-c', `import boto3, json, os\nfrom publish import *\n${source}`], {
      cwd: join(ROOT, 'examples/publish-from-python'),
      env: { ...awsEnvironment(engine, queueUrl), PYTHONDONTWRITEBYTECODE: '1' },
    });

  test('gives prompts the ids of the golden vectors', async () => {
    const file = join(ROOT, 'test/golden/prompt-id.json');
    const vectors: { prompt_id: string }[] = JSON.parse(readFileSync(file, 'utf8'));
    const printed = await python(
      '',
      `vectors = json.load(open(${JSON.stringify(file)}))
print(json.dumps([prompt_id(*((p["role"], p["text"]) for p in v["parts"])) for v in vectors]))`,
    );
    expect(JSON.parse(printed)).toEqual(vectors.map(({ prompt_id }) => prompt_id));
  });

  test('publishes a call when run', async () => {
    const queueUrl = await engine.createQueue('run');
    await runProgram('python3', ['publish.py'], {
      cwd: join(ROOT, 'examples/publish-from-python'),
      env: awsEnvironment(engine, queueUrl),
    });
    const [envelope] = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelope?.events).toHaveLength(1);
    assertCall(envelope?.events[0]);
    expect(envelope?.events[0]).toMatchObject({
      feature: 'support.reply',
      prompt_id: 'p_7d5b1a504a83907e',
    });
  });

  test('packs: every call once, in full messages of one billing chunk, more than a batch of them', async () => {
    const queueUrl = await engine.createQueue('packs');
    await python(
      queueUrl,
      `calls = [{"model": "gpt-5", "usage": {"input_tokens": n}, "feature": "é😀中" * (n % 90)} for n in range(1200)]
calls[7]["feature"] = "x" * 100_000
publish(boto3.client("sqs"), os.environ["TRICOST_QUEUE_URL"], calls)`,
    );
    const bodies = await receiveBodies(engine.client, queueUrl);
    expect(bodies.length).toBeGreaterThan(10);
    const envelopes = bodies.map((body) => JSON.parse(body));
    const sizes = bodies.map((body) => Buffer.byteLength(body));
    expect(sizes.filter((size) => size > 65_536)).toHaveLength(1);
    expect(sizes.filter((size) => size < 50_000).length).toBeLessThanOrEqual(2);
    const events = envelopes.flatMap((envelope) => envelope.events);
    for (const event of events) assertCall(event);
    const numbers = events.map((event) => event.usage.input_tokens).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 1_200 }, (_, number) => number));
    expect(events.find((event) => event.usage.input_tokens === 89)?.feature).toBe(
      'é😀中'.repeat(89),
    );
  });

  test('sends failed entries again, and only those', async () => {
    const queueUrl = await engine.createQueue('failed');
    const requests = await python(
      queueUrl,
      `${PARTLY_FAILING}
sqs = PartlyFailing(boto3.client("sqs"))
publish(sqs, os.environ["TRICOST_QUEUE_URL"], [{"model": "m" * 40_000, "tags": {"n": n}} for n in range(3)])
print(sqs.requests)`,
    );
    expect(Number(requests)).toBe(2);
    const bodies = await receiveBodies(engine.client, queueUrl);
    const numbers = bodies.map((body) => JSON.parse(body).events[0].tags.n);
    expect(numbers.sort()).toEqual([0, 1, 2]);
  });

  test('raises when SQS never takes a message; the calls keep their ids and times', async () => {
    const printed = await python(
      '',
      `class Down:
    bodies = []
    def send_message_batch(self, QueueUrl, Entries):
        self.bodies += [entry["MessageBody"] for entry in Entries]
        return {"Failed": [{"Id": entry["Id"], "SenderFault": False, "Code": "Down"} for entry in Entries]}
calls = [{"model": "gpt-5", "latency_ms": 1500}]
for _ in range(2):
    try:
        publish(Down(), "", calls, attempts=2)
    except RuntimeError as error:
        print(error)
print(json.dumps([len(Down.bodies), len(set(Down.bodies))]))`,
    );
    expect(printed.match(/SQS did not take 1 messages/g)).toHaveLength(2);
    expect(printed.trim().split('\n').at(-1)).toBe('[4, 1]');
  });
});
