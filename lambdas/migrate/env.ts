import {
  type CreatePartitionsEnv,
  type CreatePartitionsSettings,
  readCreatePartitionsEnv,
} from '../create-partitions/env.ts';

export interface MigrateEnv extends CreatePartitionsEnv {
  /** `true` adds the (feature, ts) index of the original recipe; see docs/decisions/0005-no-feature-index.md. */
  TRICOST_FEATURE_INDEX: string;
}

export interface MigrateSettings extends CreatePartitionsSettings {
  featureIndex: boolean;
}

export function readMigrateEnv(env: NodeJS.ProcessEnv): MigrateSettings {
  return {
    ...readCreatePartitionsEnv(env),
    featureIndex: env['TRICOST_FEATURE_INDEX'] === 'true',
  };
}
