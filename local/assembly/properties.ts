/** Reads a resource's properties one by one and then insists that none was left unread: nothing is ignored by accident. */
import { AssemblyError } from './assembly-error.ts';

type Resolve = (value: unknown) => unknown;

export class Properties {
  readonly #where: string;
  readonly #values: Record<string, unknown>;
  readonly #resolve: Resolve;
  readonly #unread: Set<string>;
  readonly #children: Properties[] = [];

  /**
   * @param where how errors name the place, for example `CallsQueue (AWS::SQS::Queue)`
   * @param values as the template has them, intrinsic functions included
   */
  constructor(where: string, values: Record<string, unknown>, resolve: Resolve) {
    this.#where = where;
    this.#values = values;
    this.#resolve = resolve;
    this.#unread = new Set(Object.keys(values));
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#missing(name);
  }

  optionalString(name: string): string | undefined {
    const value = this.#read(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.#fail(name, `must be text, got ${JSON.stringify(value)}`);
  }

  /** One of the allowed texts. */
  oneOf<T extends string>(name: string, allowed: readonly T[], byDefault: T): T {
    const value = this.optionalString(name) ?? byDefault;
    const found = allowed.find((item) => item === value);
    return found ?? this.#fail(name, `is ${value}; the local engine runs ${allowed.join(' or ')}`);
  }

  integer(name: string, range: { from: number; to: number; byDefault: number }): number {
    return this.optionalInteger(name, range) ?? range.byDefault;
  }

  optionalInteger(name: string, range: { from: number; to: number }): number | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    // CloudFormation takes numbers written as text.
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) {
      return this.#fail(name, `must be a whole number, got ${JSON.stringify(value)}`);
    }
    if (number < range.from || number > range.to) {
      return this.#fail(name, `must be from ${range.from} to ${range.to}, got ${number}`);
    }
    return number;
  }

  boolean(name: string, byDefault: boolean): boolean {
    const value = this.#read(name) ?? byDefault;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return this.#fail(name, `must be true or false, got ${JSON.stringify(value)}`);
  }

  /** The properties inside a property. */
  child(name: string): Properties {
    return this.optionalChild(name) ?? this.#missing(name);
  }

  optionalChild(name: string): Properties | undefined {
    this.#unread.delete(name);
    // Not resolved as a whole: an ignored property inside may refer to a resource that is not run locally.
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#fail(name, `must be an object, got ${JSON.stringify(value)}`);
    }
    const child = new Properties(
      `${this.#where}.${name}`,
      value as Record<string, unknown>,
      this.#resolve,
    );
    this.#children.push(child);
    return child;
  }

  /** A property that holds names of the user's choice with text values, such as environment variables. */
  texts(name: string): Record<string, string> {
    const value = this.#read(name);
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null) return this.#fail(name, 'must be an object');
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (typeof item !== 'string') return this.#fail(`${name}.${key}`, 'must be text');
        return [key, item];
      }),
    );
  }

  strings(name: string): string[] {
    const value = this.#read(name) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    return this.#fail(name, `must be a list of texts, got ${JSON.stringify(value)}`);
  }

  /** A list of texts of which CloudFormation, as IAM does, also takes one alone. */
  oneOrMore(name: string): string[] {
    return typeof this.#read(name) === 'string' ? [this.string(name)] : this.strings(name);
  }

  /** The objects of a list; none when it is absent. */
  children(name: string): Properties[] {
    this.#unread.delete(name);
    const values = this.#values[name] ?? [];
    if (!Array.isArray(values)) return this.#fail(name, 'must be a list');
    return values.map((value: Record<string, unknown>, index) => {
      const child = new Properties(`${this.#where}.${name}[${index}]`, value, this.#resolve);
      this.#children.push(child);
      return child;
    });
  }

  /** Properties that change nothing on this machine, each with the reason. */
  ignore(reasons: Record<string, string>): void {
    for (const name of Object.keys(reasons)) this.#unread.delete(name);
  }

  /** @throws AssemblyError naming the first property that nobody read. */
  finish(): void {
    const [unknown] = this.#unread;
    if (unknown !== undefined) {
      this.#fail(
        unknown,
        'is not known to the local engine: honour it or ignore it with a reason in local/assembly/resources',
      );
    }
    for (const child of this.#children) child.finish();
  }

  /** @throws AssemblyError naming the resource and the property. */
  fail(name: string, problem: string): never {
    return this.#fail(name, problem);
  }

  #read(name: string): unknown {
    this.#unread.delete(name);
    try {
      return this.#resolve(this.#values[name]);
    } catch (error) {
      if (!(error instanceof AssemblyError)) throw error;
      return this.#fail(name, `cannot be resolved: ${error.message}`);
    }
  }

  #missing(name: string): never {
    return this.#fail(name, 'is missing');
  }

  #fail(name: string, problem: string): never {
    throw new AssemblyError(`${this.#where}: property ${name} ${problem}`);
  }
}
