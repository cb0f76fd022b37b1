/** Makes a stack's resources on this machine, one by one, with the parts of the local engine. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { ignoredResourceTypes } from '../../../local/assembly/ignored-resource-types.ts';
import { AsynchronousInvocations } from '../../../local/functions/asynchronous-invocations.ts';
import { MetricTotals } from '../../../local/functions/metric-totals.ts';
import type { ServiceEndpoints } from '../../../local/functions/sandbox-environment.ts';
import type { AccessControl } from '../../../local/iam/access-control.ts';
import { RoleClients } from '../../../local/queue/role-clients.ts';
import { ScheduleDelivery } from '../../../local/schedules/schedule-delivery.ts';
import type { CustomResources } from './custom-resources.ts';
import { EventSources } from './resources/event-sources.ts';
import { Functions } from './resources/functions.ts';
import { Queues } from './resources/queues.ts';
import type { Roles } from './resources/roles.ts';
import { Schedules } from './resources/schedules.ts';
import { Triggers } from './resources/triggers.ts';
import type { PlannedTemplate, Stack } from './stack.ts';
import type { ResourceProvider } from './stack-operations.ts';
import type { UploadedCode } from './uploaded-code.ts';

export interface LocalResourcesOptions {
  region: string;
  roles: Roles;
  /** Of those roles. */
  access: AccessControl;
  sqs: SQSClient;
  code: UploadedCode;
  customResources: CustomResources;
  /** Where the functions find the services. */
  endpoints: ServiceEndpoints;
  logDirectory: string;
  /** Told what goes wrong in a function while it runs. */
  onError(functionName: string, problem: string): void;
}

/** Of no effect by themselves: others carry their names. */
const NAMES_ONLY: ResourceProvider = {
  create: async () => {},
  update: async () => {},
  delete: async () => {},
};

export class LocalResources implements ResourceProvider {
  readonly functions: Functions;
  readonly schedules: Schedules;
  readonly #asynchronous: AsynchronousInvocations;
  readonly #eventSources: EventSources;
  readonly #clients: RoleClients;
  readonly #providers: Readonly<Record<string, ResourceProvider>>;

  constructor(options: LocalResourcesOptions) {
    const { sqs, region, roles, access, customResources, onError, endpoints } = options;
    const queues = new Queues(sqs);
    const clients = new RoleClients({
      access,
      queues: queues.definitions,
      endpoint: endpoints.sqs,
      region,
    });
    this.#clients = clients;
    this.#asynchronous = new AsynchronousInvocations({
      sendTo: ({ roleArn }, queueArn, body) =>
        clients.send(access.assume(roleArn, 'lambda.amazonaws.com'), queueArn, body),
      onError: (error) => onError('failure destination', String(error)),
    });
    this.functions = new Functions({
      ...options,
      asynchronous: this.#asynchronous,
      metrics: new MetricTotals(),
    });
    const { functions } = this;
    const delivery = new ScheduleDelivery({ registry: functions, access, clients });
    this.schedules = new Schedules(delivery, onError);
    this.#eventSources = new EventSources({ functions, access, clients, onError });
    this.#providers = {
      'AWS::IAM::Role': roles,
      'AWS::IAM::Policy': roles.policies,
      'AWS::Logs::LogGroup': NAMES_ONLY,
      'AWS::SQS::Queue': queues,
      'AWS::Lambda::Function': this.functions,
      'AWS::Lambda::Version': NAMES_ONLY,
      'AWS::Lambda::EventSourceMapping': this.#eventSources,
      'AWS::Lambda::EventInvokeConfig': this.#invokeConfigs(),
      'AWS::Scheduler::ScheduleGroup': NAMES_ONLY,
      'AWS::Scheduler::Schedule': this.schedules,
      'Custom::Trigger': new Triggers(customResources, this.functions),
    };
  }

  create(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    return this.#providerOf(logicalId, wanted).create(stack, logicalId, wanted);
  }

  update(
    stack: Stack,
    logicalId: string,
    wanted: PlannedTemplate,
    before: PlannedTemplate,
  ): Promise<void> {
    return this.#providerOf(logicalId, wanted).update(stack, logicalId, wanted, before);
  }

  delete(stack: Stack, logicalId: string, existing: PlannedTemplate): Promise<void> {
    return this.#providerOf(logicalId, existing).delete(stack, logicalId, existing);
  }

  /** Lets invocations under way finish, then ends everything. */
  async stop(): Promise<void> {
    this.schedules.stop();
    await this.#eventSources.stop();
    await this.#asynchronous.stop();
    await this.functions.stop();
    this.#clients.destroy();
  }

  #providerOf(logicalId: string, { template }: PlannedTemplate): ResourceProvider {
    const type = template.Resources[logicalId]?.Type ?? '';
    if (type in ignoredResourceTypes) return NAMES_ONLY;
    const provider = this.#providers[type];
    if (provider === undefined) throw new Error(`${logicalId} is a ${type}, which is not emulated`);
    return provider;
  }

  #invokeConfigs(): ResourceProvider {
    const take = async (_stack: Stack, _logicalId: string, { plan }: PlannedTemplate) =>
      this.functions.setInvokeConfigs(plan.eventInvokeConfigs);
    return { create: take, update: take, delete: async () => {} };
  }
}
