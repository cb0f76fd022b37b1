/** Reads one SecureString parameter. */
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** Whoever waits holds a message locked. */
const TIMEOUT_MS = 5_000;

/** @throws Error that says what to do when there is none */
export async function readParameter(ssm: SSMClient, name: string): Promise<string> {
  const { Parameters: [found] = [] } = await ssm.send(
    new GetParametersCommand({ Names: [name], WithDecryption: true }),
    { abortSignal: AbortSignal.timeout(TIMEOUT_MS) },
  );
  if (found?.Value !== undefined) return found.Value;
  throw new Error(
    `the SSM parameter ${name} does not exist; create it with \`aws ssm put-parameter --type SecureString --name ${name} --value …\``,
  );
}
