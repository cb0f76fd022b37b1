/** A template's resources, found by type and by the references between them. */

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
}

export interface Template {
  Resources: Record<string, TemplateResource>;
}

export interface Resource {
  logicalId: string;
  properties: Record<string, unknown>;
}

export class Resources {
  readonly #resources: Template['Resources'];

  constructor(template: Template) {
    this.#resources = template.Resources;
  }

  ofType(type: string): Resource[] {
    return Object.entries(this.#resources)
      .filter(([, { Type }]) => Type === type)
      .map(([logicalId, { Properties: properties = {} }]) => ({ logicalId, properties }));
  }

  /** The resource of that type which a `Ref` or `Fn::GetAtt` names; undefined for anything else. */
  referred(value: unknown, type: string): Resource | undefined {
    const id = referredId(value);
    return this.ofType(type).find(({ logicalId }) => logicalId === id);
  }
}

/** A property of a property, or undefined where the path ends early. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

/** @param byDefault what AWS takes for an absent property */
export function numberAt(value: unknown, name: string, byDefault: number): number {
  return Number(at(value, name) ?? byDefault);
}

export function referredId(value: unknown): string | undefined {
  const [id] = [at(value, 'Ref') ?? at(value, 'Fn::GetAtt')].flat();
  return typeof id === 'string' ? id.split('.')[0] : undefined;
}
