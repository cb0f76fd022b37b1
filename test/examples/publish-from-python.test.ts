/** The Python file: the same prompt ids as the SDK, valid calls, numbered envelopes, and retries that change nothing. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertCall, receiveEnvelopes } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';
import { awsEnvironment, canRun, runProgram } from './run-program.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const hasBoto3 = await canRun('python3', ['-c', 'import boto3']);
const title = hasBoto3 ? 'publish.py' : 'publish.py (skipped: no python3 with boto3)';

/** A client that loses the second message of the first request, and says so. */
const PARTLY_FAILING = `
class PartlyFailing:
    def __init__(self, client):
        self.client, self.bodies = client, []
    def send_message_batch(self, QueueUrl, Entries):
        self.bodies.append([entry["MessageBody"] for entry in Entries])
        if len(self.bodies) > 1:
            return self.client.send_message_batch(QueueUrl=QueueUrl, Entries=Entries)
        self.client.send_message_batch(QueueUrl=QueueUrl, Entries=[Entries[0], *Entries[2:]])
        return {"Failed": [{"Id": Entries[1]["Id"], "SenderFault": False, "Code": "InternalError"}]}
`;

/** A client that takes nothing while it is down. */
const DOWN = `
class Down:
    is_down, taken = True, []
    def send_message_batch(self, QueueUrl, Entries):
        if self.is_down:
            raise ConnectionError("down")
        self.taken += [json.loads(entry["MessageBody"]) for entry in Entries]
        return {}
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
    const printed = await python(
      queueUrl,
      `publisher = Publisher()
for n in range(1200):
    feature = "x" * 100_000 if n == 7 else "é😀中" * (n % 90)
    publisher.publish({"model": "gpt-5", "usage": {"input_tokens": n}, "feature": feature})
print(publisher.flush(), json.dumps(publisher.stats()))`,
    );
    expect(printed).toMatch(/^0 /);
    expect(JSON.parse(printed.slice(2))).toEqual({
      ...{ published: 1_200, sent: 1_200, dropped: 0, pending: 0 },
    });
    const envelopes = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelopes.length).toBeGreaterThan(10);
    const sizes = envelopes.map((envelope) => JSON.stringify(envelope).length);
    expect(sizes.filter((size) => size > 65_536)).toHaveLength(1);
    expect(new Set(envelopes.map(({ producer_id }) => producer_id)).size).toBe(1);
    expect(envelopes.map(({ sequence }) => sequence)).toEqual(
      envelopes.map((_, index) => index + 1),
    );
    const events = envelopes.flatMap((envelope) => envelope.events);
    for (const event of events) assertCall(event);
    const numbers = events.map(({ usage }) => usage?.input_tokens ?? -1).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 1_200 }, (_, number) => number));
    expect(events.find(({ usage }) => usage?.input_tokens === 89)?.feature).toBe(
      'é😀中'.repeat(89),
    );
  });

  test('sends failed entries again as they were, and only those', async () => {
    const queueUrl = await engine.createQueue('failed');
    const printed = await python(
      queueUrl,
      `${PARTLY_FAILING}
sqs = PartlyFailing(boto3.client("sqs"))
publisher = Publisher(sqs=sqs, flush_after=60, on_error=lambda *error: None)
for n in range(3):
    publisher.publish({"model": "m" * 40_000, "tags": {"n": n}})
print(publisher.flush(), [len(bodies) for bodies in sqs.bodies], sqs.bodies[0][1] == sqs.bodies[1][0])`,
    );
    expect(printed).toMatch(/ True$/m);
    const envelopes = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelopes.map(({ events }) => events[0]?.tags?.['n'])).toEqual([0, 1, 2]);
  });

  test('counts what SQS never takes, and tells ingest with the next envelope', async () => {
    const printed = await python(
      '',
      `${DOWN}
errors = []
publisher = Publisher("q", Down(), give_up_after=0, on_error=lambda dropped, cause: errors.append(dropped))
publisher.publish({"model": "gpt-5"})
publisher.publish({"model": "gpt-5"})
publisher.flush()
Down.is_down = False
publisher.publish({"model": "gpt-5", "latency_ms": float("nan")})
publisher.publish({"model": "gpt-5"})
publisher.flush()
print(json.dumps([publisher.stats(), sum(errors), [(e["sequence"], e["dropped"], len(e["events"])) for e in Down.taken]]))`,
    );
    const [stats, told, taken] = JSON.parse(printed);
    expect(stats).toEqual({ published: 4, sent: 1, dropped: 3, pending: 0 });
    expect(told).toBe(3);
    const [sequence, ...rest] = taken[0];
    expect(rest).toEqual([3, 1]);
    // Two calls that are lost may have been two envelopes.
    expect([2, 3]).toContain(sequence);
  });

  test('never raises, never waits, and keeps to its memory', async () => {
    const printed = await python(
      '',
      `${DOWN}
def explode(*error):
    raise RuntimeError("nobody to tell")
publisher = Publisher("q", Down(), max_buffer_bytes=100_000, on_error=explode)
for call in [None, 7, {"model": object()}, {"model": "m" * 2_000_000}]:
    publisher.publish(call)
for n in range(2_000):
    publisher.publish({"model": "m" * 1_000})
stats = publisher.stats()
print(publisher._bytes <= 100_000, stats["published"], stats["sent"], publisher.flush(timeout=0) == publisher.stats()["pending"])`,
    );
    expect(printed).toBe('True 2004 0 True\n');
  });

  test('writes the usage objects of SDKs as the provider spells them', async () => {
    const queueUrl = await engine.createQueue('usage');
    await python(
      queueUrl,
      `class Usage:
    def model_dump(self, mode, by_alias):
        return {"promptTokenCount" if by_alias else "prompt_token_count": 7}
publisher = Publisher()
publisher.publish({"model": "gemini-2.5-flash", "usage_raw": Usage()})
publisher.flush()`,
    );
    const [envelope] = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelope?.events[0]?.usage_raw).toEqual({ promptTokenCount: 7 });
  });

  test('a fork is a producer of its own, and its calls arrive once', async () => {
    const queueUrl = await engine.createQueue('fork');
    await python(
      queueUrl,
      `publisher = Publisher(flush_after=60)
publisher.publish({"model": "before"})
child = os.fork()
publisher.publish({"model": "child" if child == 0 else "parent"})
publisher.flush()
if child == 0:
    os._exit(0)
os.waitpid(child, 0)`,
    );
    const envelopes = await receiveEnvelopes(engine.client, queueUrl);
    const models = envelopes.map(({ events }) => events.map(({ model }) => model).join());
    expect(models.sort()).toEqual(['before,parent', 'child']);
    expect(new Set(envelopes.map(({ producer_id }) => producer_id)).size).toBe(2);
    expect(envelopes.map(({ sequence }) => sequence)).toEqual([1, 1]);
  });

  test('what waits does not keep a process alive', async () => {
    const source = `publisher = Publisher("q", flush_after=60)
publisher.publish({"model": "gpt-5"})
print("end")`;
    expect(await python('', source)).toBe('end\n');
  });
});
