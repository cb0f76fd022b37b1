/** AWS Signature Version 4 of a POST to the root of a service. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
import { nodeCrypto } from '../../../domain/node-crypto.ts';

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of keys that expire. */
  sessionToken?: string | undefined;
}

export interface Signing {
  keys: AwsKeys;
  region: string;
  /** As the signature's scope names it: `sqs`. */
  service: string;
  at: Date;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * @param headers in lower case, `host` among them; all of them are signed
 * @returns the headers to send: those given, and what the signature needs
 */
export function signRequest(
  headers: Readonly<Record<string, string>>,
  body: string,
  { keys, region, service, at }: Signing,
): Record<string, string> {
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const signed: Record<string, string> = { ...headers, 'x-amz-date': time };
  if (keys.sessionToken !== undefined) signed['x-amz-security-token'] = keys.sessionToken;
  const names = Object.keys(signed).sort();
  const canonical = [
    'POST',
    '/',
    '',
    ...names.map((name) => `${name}:${signed[name]?.trim()}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join('\n'));
  const authorization = [
    `${ALGORITHM} Credential=${keys.accessKeyId}/${scope}`,
    `SignedHeaders=${names.join(';')}`,
    `Signature=${signature.toString('hex')}`,
  ].join(', ');
  return { ...signed, authorization };
}

function sha256(text: string): string {
  return nodeCrypto().createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return nodeCrypto().createHmac('sha256', key).update(text).digest();
}
