/** A stack as CloudFormation knows it: its status, its resources, and everything that has happened to them. */
import { randomUUID } from 'node:crypto';
import type { StackPlan } from '../../../local/assembly/stack-plan.ts';
import type { Template } from '../../../local/assembly/template.ts';

export interface StackEvent {
  id: string;
  at: Date;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason: string | undefined;
}

export interface StackResource {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
  changedAt: Date;
}

/** A template with what the engine reads in it. */
export interface PlannedTemplate {
  text: string;
  template: Template;
  plan: StackPlan;
}

const STACK_TYPE = 'AWS::CloudFormation::Stack';

export class Stack {
  readonly name: string;
  readonly id: string;
  readonly createdAt = new Date();
  /** Oldest first. */
  readonly events: StackEvent[] = [];
  readonly resources = new Map<string, StackResource>();
  status = 'REVIEW_IN_PROGRESS';
  statusReason: string | undefined;
  terminationProtection = false;
  /** What the stack was last made or updated to with success. */
  current: PlannedTemplate | undefined;
  /** Settles when no operation is under way. */
  atRest: Promise<void> = Promise.resolve();

  constructor(name: string, arnPrefix: string) {
    this.name = name;
    this.id = `${arnPrefix}:stack/${name}/${randomUUID()}`;
  }

  get deleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  setStatus(status: string, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    this.#record({
      logicalId: this.name,
      physicalId: this.id,
      type: STACK_TYPE,
      status,
      reason,
    });
  }

  setResourceStatus(logicalId: string, type: string, status: string, reason?: string): void {
    const physicalId = this.resources.get(logicalId)?.physicalId ?? `${this.name}-${logicalId}`;
    this.resources.set(logicalId, { logicalId, type, physicalId, status, changedAt: new Date() });
    this.#record({ logicalId, physicalId, type, status, reason });
    if (status === 'DELETE_COMPLETE') this.resources.delete(logicalId);
  }

  #record(event: Omit<StackEvent, 'id' | 'at'>): void {
    this.events.push({ ...event, id: randomUUID(), at: new Date() });
  }
}
