/** Custom::Trigger, through the provider's function that the template names: the code of the CDK, as it was uploaded. */
import type { CustomResourceRequest, CustomResources } from '../custom-resources.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';
import type { Functions } from './functions.ts';

export class Triggers implements ResourceProvider {
  readonly #customResources: CustomResources;
  readonly #functions: Functions;
  readonly #physicalIds = new Map<string, string>();

  constructor(customResources: CustomResources, functions: Functions) {
    this.#customResources = customResources;
    this.#functions = functions;
  }

  create(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    return this.#request('Create', stack, logicalId, wanted);
  }

  update(
    stack: Stack,
    logicalId: string,
    wanted: PlannedTemplate,
    before: PlannedTemplate,
  ): Promise<void> {
    return this.#request('Update', stack, logicalId, wanted, before);
  }

  /** Also of one that failed while it was made; its provider is asked for nothing if it was never reached. */
  async delete(stack: Stack, logicalId: string, existing: PlannedTemplate): Promise<void> {
    if (!this.#physicalIds.has(logicalId)) return;
    await this.#request('Delete', stack, logicalId, existing);
    this.#physicalIds.delete(logicalId);
  }

  async #request(
    type: CustomResourceRequest['RequestType'],
    stack: Stack,
    logicalId: string,
    template: PlannedTemplate,
    before?: PlannedTemplate,
  ): Promise<void> {
    const properties = requestProperties(logicalId, template);
    const physicalId = this.#physicalIds.get(logicalId);
    const provider = this.#functions.get(properties['ServiceToken'] ?? '');
    const { physicalId: chosen, failure } = await this.#customResources.request(
      {
        RequestType: type,
        StackId: stack.id,
        LogicalResourceId: logicalId,
        ResourceType: 'Custom::Trigger',
        ResourceProperties: properties,
        ...(before === undefined
          ? {}
          : { OldResourceProperties: requestProperties(logicalId, before) }),
        ...(physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
      },
      (payload) => provider.invoke(payload),
    );
    this.#physicalIds.set(logicalId, chosen);
    if (failure !== undefined) throw new Error(failure);
  }
}

/** The properties as a request carries them: numbers and truth values are text. */
function requestProperties(
  logicalId: string,
  { template, plan }: PlannedTemplate,
): Record<string, string> {
  const properties = template.Resources[logicalId]?.Properties ?? {};
  const literals = Object.entries(properties).flatMap(([name, value]) =>
    typeof value === 'object' ? [] : [[name, String(value)] as const],
  );
  const trigger = plan.triggers.find((candidate) => candidate.logicalId === logicalId);
  if (trigger === undefined) throw new Error(`the template has no trigger ${logicalId}`);
  return {
    ...Object.fromEntries(literals),
    ServiceToken: trigger.providerArn,
    HandlerArn: trigger.handlerArn,
  };
}
