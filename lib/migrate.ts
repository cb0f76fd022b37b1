/** migrate: brings the database's schema up to date on every deploy that changes it, before anything uses it. */
import { Duration } from 'aws-cdk-lib';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import type { MigrateEnv } from '../lambdas/migrate/env.ts';
import { partitionEnvironment } from './create-partitions.ts';
import { TricostFunction } from './tricost-function.ts';
import { restrictTriggerProvider } from './trigger-provider.ts';

export interface MigrateProps {
  readonly config: TricostConfig;
}

export class Migrate extends Construct {
  readonly #trigger: Trigger;

  constructor(scope: Construct, id: string, { config }: MigrateProps) {
    super(scope, id);
    const { parameters } = config;
    const { function: handler } = new TricostFunction(this, 'Function', {
      slug: 'migrate',
      description: 'tricost: migrates the database schema on deploy',
      timeout: Duration.minutes(10),
      memorySize: 256,
      environment: {
        ...partitionEnvironment(config),
        TRICOST_FEATURE_INDEX: String(config.featureIndex),
        TRICOST_REPORTING_ZONE: config.reportingZone,
        TRICOST_RUNTIME_DATABASE_URL_PARAMETER: parameters.runtimeDatabaseUrl,
        TRICOST_SLACK_WEBHOOK_URL_PARAMETER: parameters.slackWebhookUrl,
      } satisfies MigrateEnv,
      // All, so that one that is missing fails the deploy.
      parameterNames: [
        parameters.migrateDatabaseUrl,
        parameters.runtimeDatabaseUrl,
        parameters.slackWebhookUrl,
      ],
      config,
    });
    // Runs again whenever the function's code (the SQL is inside it) or settings change. It waits a little longer than
    // the function may take, so that a failed deploy shows the function's own error.
    this.#trigger = new Trigger(this, 'OnDeploy', { handler, timeout: Duration.minutes(11) });
    restrictTriggerProvider(this.#trigger);
  }

  /** Creates and updates `scopes` only after the schema is in place. */
  executeBefore(...scopes: Construct[]): void {
    this.#trigger.executeBefore(...scopes);
  }
}
