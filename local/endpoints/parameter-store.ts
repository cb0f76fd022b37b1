/** The part of the SSM Parameter Store that functions and operators use, in memory. */
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import { AwsError, jsonResponse, unknownOperation } from './aws-error.ts';

interface Parameter {
  Name: string;
  Type: string;
  Value: string;
  Version: number;
  LastModifiedDate: number;
  DataType: 'text';
}

interface Input {
  Name?: string;
  Names?: string[];
  Type?: string;
  Value?: string;
  Overwrite?: boolean;
  WithDecryption?: boolean;
}

export class ParameterStore {
  readonly #parameters = new Map<string, Parameter>();

  /** Sets a SecureString, whatever was there before. */
  set(name: string, value: string): void {
    this.#put({ Name: name, Value: value, Type: 'SecureString', Overwrite: true });
  }

  /** Answers a request of the JSON protocol; https://docs.aws.amazon.com/systems-manager/latest/APIReference/ */
  answer({ headers, body }: LoopbackRequest): LoopbackResponse {
    const target = String(headers['x-amz-target']);
    const input = parseInput(body);
    switch (target) {
      case 'AmazonSSM.GetParameter': {
        const parameter = this.#get(input.Name ?? '', input.WithDecryption);
        if (parameter === undefined) {
          throw new AwsError('ParameterNotFound', `there is no parameter ${input.Name}`);
        }
        return jsonResponse({ Parameter: parameter });
      }
      case 'AmazonSSM.GetParameters': {
        const names = input.Names ?? [];
        const found = names.map((name) => this.#get(name, input.WithDecryption));
        return jsonResponse({
          Parameters: found.filter((parameter) => parameter !== undefined),
          InvalidParameters: names.filter((_, index) => found[index] === undefined),
        });
      }
      case 'AmazonSSM.PutParameter':
        return jsonResponse({ Version: this.#put(input), Tier: 'Standard' });
      default:
        throw unknownOperation(target);
    }
  }

  #get(name: string, decrypted = false): Parameter | undefined {
    const parameter = this.#parameters.get(name);
    // AWS gives ciphertext to a caller who forgets to ask for decryption; so must we, or the mistake would show only there.
    return parameter === undefined || decrypted || parameter.Type !== 'SecureString'
      ? parameter
      : { ...parameter, Value: Buffer.from(`encrypted:${name}`).toString('base64') };
  }

  #put({ Name: name = '', Value: value = '', Type: type, Overwrite: overwrite }: Input): number {
    const existing = this.#parameters.get(name);
    if (existing !== undefined && overwrite !== true) {
      throw new AwsError('ParameterAlreadyExists', `${name} exists; set Overwrite to replace it`);
    }
    const version = (existing?.Version ?? 0) + 1;
    this.#parameters.set(name, {
      Name: name,
      Type: type ?? existing?.Type ?? 'String',
      Value: value,
      Version: version,
      LastModifiedDate: Date.now() / 1000,
      DataType: 'text',
    });
    return version;
  }
}

/** Refused as AWS's JSON protocol refuses it. */
function parseInput(body: string): Input {
  try {
    const input: unknown = JSON.parse(body);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  } catch {
    // Said below.
  }
  throw new AwsError('SerializationException', 'the body is no JSON object');
}
