/**
 * CloudFormation's side of custom resources: sends a request to the provider's function and waits for its answer at the
 * address that it gave. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InvocationResult } from '../../../local/functions/invocation-result.ts';

export interface CustomResourceRequest {
  RequestType: 'Create' | 'Update' | 'Delete';
  StackId: string;
  LogicalResourceId: string;
  ResourceType: string;
  /** As sent: CloudFormation makes text of numbers and truth values. */
  ResourceProperties: Record<string, string>;
  OldResourceProperties?: Record<string, string>;
  /** Not of a resource that is made. */
  PhysicalResourceId?: string;
}

export interface CustomResourceOutcome {
  /** Chosen by the provider, also when it failed. */
  physicalId: string;
  /** Why it failed, worded as CloudFormation does. */
  failure?: string;
}

interface Answer {
  Status: 'SUCCESS' | 'FAILED';
  Reason?: string;
  PhysicalResourceId?: string;
}

export const RESPONSE_PATH = '/custom-resource-responses/';

/** The same page: longer ones fail the resource. */
const LONGEST_ANSWER_BYTES = 4096;

/** How the CDK's providers name their entry; its module is of the asset, and untouched. */
export const CDK_PROVIDER_HANDLER = '__entrypoint__.handler';

export class CustomResources {
  readonly #waiting = new Map<string, (answer: string) => void>();
  readonly #address: () => URL;

  /** @param address of the server that hands answers over */
  constructor(address: () => URL) {
    this.#address = address;
  }

  /** @throws Error when no answer comes, or none that CloudFormation takes. */
  async request(
    request: CustomResourceRequest,
    invoke: (payload: string) => Promise<InvocationResult>,
  ): Promise<CustomResourceOutcome> {
    const requestId = randomUUID();
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.set(requestId, resolve);
    const responseUrl = new URL(`${RESPONSE_PATH}${requestId}`, this.#address()).href;
    const { error } = await invoke(
      JSON.stringify({ ...request, RequestId: requestId, ResponseURL: responseUrl }),
    );
    if (error !== undefined) {
      // CloudFormation would wait for an hour.
      throw new Error(
        `CloudFormation did not receive a response from your Custom Resource: its function ended with ${error.errorType}: ${error.errorMessage}`,
      );
    }
    return read(await promise, requestId);
  }

  /** Takes what a provider has put at an address below RESPONSE_PATH; false when nobody waits for it. */
  receive(path: string, body: string): boolean {
    const requestId = path.slice(RESPONSE_PATH.length);
    const resolve = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    resolve?.(body);
    return resolve !== undefined;
  }

  /**
   * Providers answer by HTTPS on port 443, which nothing on this machine can listen to; the CDK's have a seam for that.
   *
   * @param folder of the provider's code; gets one file more
   * @returns the handler to run instead, which is the provider's own but for the way its answer takes
   */
  async redirect(folder: string): Promise<string> {
    const { port } = this.#address();
    const source = `
const { request } = require('node:http');
const entrypoint = require('./__entrypoint__.js');
entrypoint.external.sendHttpRequest = (options, body) =>
  new Promise((resolve, reject) => {
    const answered = ({ statusCode }) =>
      statusCode < 400 ? resolve() : reject(new Error('Unsuccessful HTTP response: ' + statusCode));
    request({ ...options, port: ${port} }, (response) => answered(response.resume()))
      .on('error', reject)
      .end(body);
  });
exports.handler = entrypoint.handler;
`;
    await writeFile(join(folder, 'answer-on-loopback.js'), source);
    return 'answer-on-loopback.handler';
  }
}

function read(text: string, requestId: string): CustomResourceOutcome {
  if (Buffer.byteLength(text) > LONGEST_ANSWER_BYTES)
    throw new Error('Response object is too long.');
  const answer = JSON.parse(text) as Answer;
  const { PhysicalResourceId: physicalId } = answer;
  if (physicalId === undefined) throw new Error('Invalid PhysicalResourceId');
  if (answer.Status === 'SUCCESS') return { physicalId };
  return {
    physicalId,
    failure: `Received response status [FAILED] from custom resource. Message returned: ${answer.Reason} (RequestId: ${requestId})`,
  };
}
