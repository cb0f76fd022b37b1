/** Keys that stand in the environment itself: Lambda's own, or static ones. */
import type { AwsKeys } from './sign-request.ts';

/**
 * Undefined where the AWS SDK would look elsewhere: no keys, a profile, or an endpoint of one's own.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function environmentKeys(): AwsKeys | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_PROFILE: profile,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
  } = process.env;
  if (!accessKeyId || !secretAccessKey || profile || endpoint || sqsEndpoint) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}
