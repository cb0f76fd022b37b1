/** The CDK app of Metabase: `npx cdk deploy --app 'node bin/metabase.ts'`. */
import { App } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import { CONFIG_FILE, ConfigError } from '../config/config.ts';
import { readConfigFile } from '../config/read-config.ts';
import { MetabaseStack } from '../lib/metabase-stack.ts';
import { addTemplateChecks } from '../lib/template-checks.ts';

const app = new App({ context: cdkJson.context });
const path: string = app.node.tryGetContext('config') ?? CONFIG_FILE;
try {
  const { metabase, stackName, reportingZone, terminationProtection } = readConfigFile(path);
  if (metabase === undefined) {
    throw new ConfigError(path, [
      'metabase is missing: docs/how-to/host-metabase.md says what to write',
    ]);
  }
  addTemplateChecks(app);
  const name = `${stackName}Metabase`;
  new MetabaseStack(app, name, {
    stackName: name,
    metabase,
    reportingZone,
    terminationProtection,
  });
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
