/**
 * Takes the place of @aws-sdk/credential-provider-node in the bundles: Lambda puts a function's credentials into its
 * environment, so the SDK's search through profiles, single sign-on and metadata services, a tenth of a bundle, is dead weight.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { requireVariable } from './environment.ts';

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The one name of that package which the clients import. */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const { AWS_SESSION_TOKEN: sessionToken } = process.env;
    return {
      accessKeyId: requireVariable(process.env, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: requireVariable(process.env, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken === undefined ? {} : { sessionToken }),
    };
  };
}
