/** The CDK app: reads the configuration and makes the stack. */
import { App } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import { CONFIG_FILE, ConfigError } from '../config/config.ts';
import { readConfigFile } from '../config/read-config.ts';
import { addTemplateChecks } from '../lib/template-checks.ts';
import { TricostStack } from '../lib/tricost-stack.ts';

// The CDK command line passes cdk.json's feature flags itself; local runs and tests start this file without it.
const app = new App({ context: cdkJson.context });
const path: string = app.node.tryGetContext('config') ?? CONFIG_FILE;
try {
  const config = readConfigFile(path);
  addTemplateChecks(app);
  new TricostStack(app, config.stackName, { config });
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
