/** Signatures: AWS's own vectors, and the AWS SDK as the oracle for anything else. */
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signRequest } from '../../../sdk/src/transports/sign-request.ts';

/** https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4 */
const SUITE = {
  keys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  region: 'us-east-1',
  service: 'service',
  at: new Date('2015-08-30T12:36:00Z'),
};
const SCOPE = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';

describe('the test suite of AWS', () => {
  test('post-vanilla', () => {
    expect(signRequest({ host: 'example.amazonaws.com' }, '', SUITE)).toEqual({
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `${SCOPE}, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b`,
    });
  });

  test('post-x-www-form-urlencoded', () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      host: 'example.amazonaws.com',
    };
    expect(signRequest(headers, 'Param1=value1', SUITE)['authorization']).toBe(
      `${SCOPE}, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a`,
    );
  });
});

test('signs as the AWS SDK does: any keys, token, region and body', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
  const word = fc.stringMatching(/^[A-Za-z0-9/+]{4,40}$/);
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.record({
        accessKeyId: word,
        secretAccessKey: word,
        sessionToken: fc.option(word, { nil: undefined }),
      }),
      fc.constantFrom('eu-central-1', 'us-gov-west-1', 'ap-south-1'),
      async (MessageBody, keys, region) => {
        const request = await signedByAwsSdk(MessageBody, keys, region);
        const { authorization = '', ...headers } = request.headers;
        const names = /SignedHeaders=([^,]*)/.exec(authorization)?.[1]?.split(';') ?? [];
        const given = names.filter(
          (name) => name !== 'x-amz-date' && name !== 'x-amz-security-token',
        );
        const signed = signRequest(
          Object.fromEntries(given.map((name) => [name, headers[name] ?? ''])),
          request.body,
          { keys, region, service: 'sqs', at: dateOf(headers['x-amz-date'] ?? '') },
        );
        expect(signed['authorization']).toBe(authorization);
      },
    ),
    { numRuns: 50 },
  );
});

interface Request {
  headers: Record<string, string>;
  body: string;
}

async function signedByAwsSdk(
  MessageBody: string,
  keys: { accessKeyId: string; secretAccessKey: string; sessionToken: string | undefined },
  region: string,
): Promise<Request> {
  const { sessionToken, ...others } = keys;
  let sent: Request | undefined;
  const client = new SQSClient({
    region,
    credentials: { ...others, ...(sessionToken === undefined ? {} : { sessionToken }) },
    maxAttempts: 1,
    requestHandler: {
      handle(request: Request) {
        sent = request;
        return Promise.reject(new Error('not sent'));
      },
    } as never,
  });
  const QueueUrl = `https://sqs.${region}.amazonaws.com/123456789012/calls`;
  const command = new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody }] });
  await client.send(command).catch(() => {});
  return sent ?? expect.fail('no request');
}

/** `20150830T123600Z` */
function dateOf(time: string): Date {
  return new Date(time.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3:$4:$5Z'));
}
