/** Makes the stack in memory from a configuration, with the feature flags of a real synthesis. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseConfig } from '../../config/read-config.ts';
import { TricostStack } from '../../lib/tricost-stack.ts';

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DependsOn?: string[];
}

export const EXAMPLE_VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};

const made = new Map<string, Template>();

/**
 * The same template for the same settings: tests read it, and change a copy.
 *
 * @param settings what a team would write into tricost.config.json beside `alarmEmail`.
 */
export function synthesize(settings: Record<string, unknown> = {}): Template {
  const key = JSON.stringify(settings);
  const template = made.get(key) ?? make(settings);
  made.set(key, template);
  return template;
}

function make(settings: Record<string, unknown>): Template {
  const config = parseConfig({ alarmEmail: 'ops@example.com', ...settings }, 'tricost.config.json');
  // Validated by template-checks.test.ts; for every other question it would only take time.
  const app = new App({ context: cdkJson.context, builtinCloudFormationValidation: false });
  return Template.fromStack(new TricostStack(app, config.stackName, { config }));
}

/** Logical ids and resources of a type; fails when there are none, so that no loop over them passes by doing nothing. */
export function resourcesOf(template: Template, type: string): [id: string, Resource][] {
  const found = Object.entries(template.findResources(type)) as [string, Resource][];
  if (found.length === 0) throw new Error(`the template has no ${type}`);
  return found;
}

/** The logical id of the only resource of a type whose id starts with `prefix`. */
export function idOf(template: Template, type: string, prefix: string): string {
  const ids = resourcesOf(template, type)
    .map(([id]) => id)
    .filter((id) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id));
  if (ids.length !== 1) throw new Error(`${ids.length} resources ${type} named ${prefix}`);
  return String(ids[0]);
}
