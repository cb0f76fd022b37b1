/** Knows who asks for what: the roles of the stack, held to their policies, and everybody else, who is let through. */
import type { RoleDefinition } from '../assembly/resources/role.ts';
import { AwsError } from '../endpoints/aws-error.ts';
import { type Decision, decide } from './evaluate.ts';

/** What one role asked for, once however often it did. */
export interface AccessRequest {
  /** Logical id. */
  role: string;
  action: string;
  resource: string;
  decision: Decision;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What a request of an AWS API needs permission for. */
export interface Permission {
  action: string;
  resource: string;
}

/** An access key id may be of any form: one that begins so is a role's, and its name follows. */
const ROLE_KEY_PREFIX = 'role-';

export class AccessControl {
  readonly #roles: readonly RoleDefinition[];
  readonly #requests = new Map<string, AccessRequest>();

  constructor(roles: readonly RoleDefinition[]) {
    this.#roles = roles;
  }

  /** Everything that roles have asked for so far. */
  get requests(): AccessRequest[] {
    return [...this.#requests.values()];
  }

  /**
   * @param service that works with the role, for example `lambda.amazonaws.com`
   * @throws Error when the stack has no such role, or the role does not trust the service: AWS refuses to make the resource.
   */
  assume(roleArn: string, service: string): RoleDefinition {
    const role = this.#roles.find(({ arn }) => arn === roleArn);
    if (role === undefined) {
      throw new Error(`${roleArn} is no role of this stack, so what it allows is not known`);
    }
    if (!role.trustedServices.includes(service)) {
      throw new Error(
        `${role.name} cannot be assumed by ${service}: its AssumeRolePolicyDocument does not name it`,
      );
    }
    return role;
  }

  credentialsOf(role: RoleDefinition): Credentials {
    return { accessKeyId: `${ROLE_KEY_PREFIX}${role.name}`, secretAccessKey: 'local' };
  }

  /**
   * Undefined for requests without a role's credentials: publishers, the command line, you.
   *
   * @throws AwsError for the key of a role that is not there (any more), as AWS would answer.
   */
  callerOf(authorization: string | undefined): RoleDefinition | undefined {
    const key = accessKeyIn(authorization);
    if (!key.startsWith(ROLE_KEY_PREFIX)) return undefined;
    const role = this.#roles.find((it) => this.credentialsOf(it).accessKeyId === key);
    if (role !== undefined) return role;
    throw new AwsError(
      'UnrecognizedClientException',
      `The security token included in the request is invalid: ${key} is the key of no role of this stack`,
      403,
    );
  }

  isRole(authorization: string | undefined): boolean {
    return accessKeyIn(authorization).startsWith(ROLE_KEY_PREFIX);
  }

  /** Notes the request, too, as everything here does. */
  allows(role: RoleDefinition, { action, resource }: Permission): boolean {
    return this.#ask(role, action, resource) === 'allowed';
  }

  /** @throws AwsError as AWS would answer. */
  require(role: RoleDefinition, { action, resource }: Permission): void {
    const decision = this.#ask(role, action, resource);
    if (decision === 'allowed') return;
    const why =
      decision === 'explicitDeny'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    throw new AwsError(
      'AccessDeniedException',
      `User: ${role.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
    );
  }

  /** Notes what no policy can allow here, because it is not known what it would be about. */
  noteUnknown(role: RoleDefinition, action: string): void {
    this.#note({ role: role.logicalId, action, resource: '*', decision: 'implicitDeny' });
  }

  #ask(role: RoleDefinition, action: string, resource: string): Decision {
    const decision = decide(role.statements, action, resource);
    this.#note({ role: role.logicalId, action, resource, decision });
    return decision;
  }

  #note(request: AccessRequest): void {
    this.#requests.set(JSON.stringify(request), request);
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html */
function accessKeyIn(authorization: string | undefined): string {
  return /\bCredential=([^/,]+)\//.exec(authorization ?? '')?.[1] ?? '';
}
