/** Writes answers and errors of AWS's query protocol. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
import { randomUUID } from 'node:crypto';

/** Fields that are undefined are left out; a list becomes `<member>` elements. */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | XmlValue[]
  | { [name: string]: XmlValue };

export interface XmlResponse {
  status: number;
  body: string;
}

/** An error that an AWS client turns into an exception of that name. */
export class QueryError extends Error {
  readonly status: number;

  /** @param code as the API reference names it */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
  }
}

export function queryAnswer(namespace: string, action: string, result: XmlValue): XmlResponse {
  const requestId = { RequestId: randomUUID() };
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${toXml(result)}</${action}Result><ResponseMetadata>${toXml(requestId)}</ResponseMetadata></${action}Response>`;
  return { status: 200, body };
}

export function queryError(namespace: string, { name, message, status }: QueryError): XmlResponse {
  const error = { Type: 'Sender', Code: name, Message: message };
  const body = `<ErrorResponse xmlns="${namespace}">${toXml({ Error: error, RequestId: randomUUID() })}</ErrorResponse>`;
  return { status, body };
}

export function toXml(value: XmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    return value.map((item) => `<member>${toXml(item)}</member>`).join('');
  }
  if (typeof value !== 'object') return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, item]) => (item === undefined ? '' : `<${name}>${toXml(item)}</${name}>`))
    .join('');
}

function escapeXml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  // A parser would read a bare carriage return as a line feed.
  return escaped.replaceAll('\r', '&#13;');
}
