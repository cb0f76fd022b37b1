/** AWS::IAM::Role and AWS::IAM::Policy: who may do what, from the moment the role is made. */
import type { RoleDefinition } from '../../../../local/assembly/resources/role.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';

export class Roles implements ResourceProvider {
  /** Changes with each deploy; what AccessControl asks. A role has its policies in it. */
  readonly definitions: RoleDefinition[] = [];

  async create(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const definition = plan.roles.find((role) => role.logicalId === logicalId);
    if (definition === undefined) throw new Error(`the template has no role ${logicalId}`);
    this.definitions.push(definition);
  }

  async update(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    await this.delete(stack, logicalId);
    await this.create(stack, logicalId, wanted);
  }

  async delete(_stack: Stack, logicalId: string): Promise<void> {
    const index = this.definitions.findIndex((role) => role.logicalId === logicalId);
    if (index >= 0) this.definitions.splice(index, 1);
  }

  /** Policies by themselves: a plan reads them into their roles, and there they are taken from. */
  get policies(): ResourceProvider {
    const refresh = async (_stack: Stack, _logicalId: string, { plan }: PlannedTemplate) => {
      for (const [index, { logicalId }] of this.definitions.entries()) {
        const wanted = plan.roles.find((role) => role.logicalId === logicalId);
        if (wanted !== undefined) this.definitions[index] = wanted;
      }
    };
    return { create: refresh, update: refresh, delete: async () => {} };
  }
}
