/** Stands before the local services: a request made with a role's credentials gets through only with the role's permission. */
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, unknownOperation } from '../endpoints/aws-error.ts';
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import type { AccessControl } from './access-control.ts';
import { requestedPermissions, unknownAction } from './requested-permissions.ts';

export class Guard {
  readonly #access: AccessControl;
  readonly #region: string;

  constructor(access: AccessControl, region: string) {
    this.#access = access;
    this.#region = region;
  }

  /** Whether a role asks; nobody else is refused anything. */
  concerns(headers: IncomingHttpHeaders): boolean {
    return this.#access.isRole(headers.authorization);
  }

  /** The answer to a request that must not get through, undefined for every other. */
  refusal(request: LoopbackRequest): LoopbackResponse | undefined {
    try {
      const role = this.#access.callerOf(request.headers.authorization);
      if (role === undefined) return undefined;
      const permissions = requestedPermissions(request, this.#region);
      if (permissions === undefined) {
        const action = unknownAction(request);
        this.#access.noteUnknown(role, action);
        throw unknownOperation(action);
      }
      for (const permission of permissions) this.#access.require(role, permission);
      return undefined;
    } catch (error) {
      if (error instanceof AwsError) return error.toResponse(request);
      throw error;
    }
  }
}
