/** Looks at the finished template at every synthesis: a fault found here costs seconds, one found by a deploy a rollback. */
import { readFileSync } from 'node:fs';
import {
  type App,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  Validations,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { checkTemplate } from './template-rules/rules.ts';

/** Beside CloudFormation's own validator, which every app has. */
export function addTemplateChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new TricostRules());
}

class TricostRules implements IPolicyValidationPlugin {
  readonly name = 'tricost';

  validate({ stackTemplates }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = stackTemplates.flatMap(({ templatePath }) =>
      checkTemplate(JSON.parse(readFileSync(templatePath, 'utf8'))).map(
        ({ rule, logicalId, problem }) => ({
          ruleName: rule,
          description: `${logicalId} ${problem}`,
          severity: 'error',
          violatingResources: [{ resourceLogicalId: logicalId, templatePath, locations: [] }],
        }),
      ),
    );
    return { success: violations.length === 0, violations };
  }
}
