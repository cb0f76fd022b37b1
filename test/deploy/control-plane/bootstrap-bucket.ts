/** The bucket that `cdk bootstrap` makes, as far as the CDK command line uses it: what it uploads is kept byte for byte. */

import { toXml, type XmlResponse, type XmlValue } from './query-xml.ts';
import { ACCOUNT_ID } from './security-token-service.ts';

export interface S3Request {
  method: string;
  url: URL;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export class BootstrapBucket {
  readonly name: string;
  readonly #objects = new Map<string, Buffer>();

  constructor(region: string) {
    this.name = `cdk-hnb659fds-assets-${ACCOUNT_ID}-${region}`;
  }

  get keys(): string[] {
    return [...this.#objects.keys()];
  }

  /** Undefined when nothing of that name was uploaded. */
  get(bucket: string, key: string): Buffer | undefined {
    return bucket === this.name ? this.#objects.get(key) : undefined;
  }

  /** As text, by the address that the command line gives to CloudFormation: `https://s3.<region>.amazonaws.com/<bucket>/<key>`. */
  read(url: URL): string | undefined {
    const [, bucket = '', ...path] = url.pathname.split('/').map(decodeURIComponent);
    return this.get(bucket, path.join('/'))?.toString('utf8');
  }

  /** Answers a request with a path-style address; https://docs.aws.amazon.com/AmazonS3/latest/API/ */
  answer({ method, url, headers, bytes }: S3Request): XmlResponse {
    const [, bucket = '', ...path] = url.pathname.split('/').map(decodeURIComponent);
    const key = path.join('/');
    if (bucket !== this.name) return error(404, 'NoSuchBucket', `there is no bucket ${bucket}`);
    if (key !== '' && method === 'PUT' && !url.searchParams.has('uploadId')) {
      // The bytes would be those of a framing, not of the file.
      if (String(headers['content-encoding']).includes('aws-chunked')) {
        return error(501, 'NotImplemented', 'aws-chunked uploads are not emulated');
      }
      this.#objects.set(key, bytes);
      return { status: 200, body: '' };
    }
    if (key !== '' && method === 'HEAD') {
      return { status: this.#objects.has(key) ? 200 : 404, body: '' };
    }
    if (key === '' && method === 'GET') {
      if (url.searchParams.has('location')) return document('LocationConstraint', undefined);
      if (url.searchParams.has('encryption')) return this.#encryption();
      if (url.searchParams.has('list-type')) return this.#list(url);
    }
    return error(
      501,
      'NotImplemented',
      `S3 ${method} ${url.pathname}${url.search} is not emulated`,
    );
  }

  #list({ searchParams }: URL): XmlResponse {
    const prefix = searchParams.get('prefix') ?? '';
    const found = this.keys.filter((key) => key.startsWith(prefix)).sort();
    const shown = found.slice(0, Number(searchParams.get('max-keys') ?? 1000));
    const contents = shown.map((key) =>
      toXml({ Contents: { Key: key, Size: this.#objects.get(key)?.length } }),
    );
    const head = toXml({
      Name: this.name,
      Prefix: prefix,
      KeyCount: shown.length,
      IsTruncated: shown.length < found.length,
    });
    return {
      status: 200,
      body: `<ListBucketResult xmlns="${NAMESPACE}">${head}${contents.join('')}</ListBucketResult>`,
    };
  }

  #encryption(): XmlResponse {
    const byDefault = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };
    return document('ServerSideEncryptionConfiguration', { Rule: byDefault });
  }
}

function document(name: string, content: XmlValue): XmlResponse {
  return { status: 200, body: `<${name} xmlns="${NAMESPACE}">${toXml(content)}</${name}>` };
}

function error(status: number, code: string, message: string): XmlResponse {
  return { status, body: toXml({ Error: { Code: code, Message: message } }) };
}
