/** The order in which CloudFormation would make a template's resources: each after those it refers to or depends on. */
import { AssemblyError } from './assembly-error.ts';
import type { Template } from './template.ts';

/** @throws AssemblyError when resources depend on each other in a circle. */
export function dependencyOrder(template: Template): string[] {
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (logicalId: string): void => {
    if (ordered.has(logicalId)) return;
    if (visiting.has(logicalId)) {
      throw new AssemblyError(`${[...visiting, logicalId].join(' → ')} depend on each other`);
    }
    visiting.add(logicalId);
    for (const dependency of dependenciesOf(logicalId, template)) visit(dependency);
    visiting.delete(logicalId);
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId);
  return [...ordered];
}

/** The resources of the template that must be there before this one: it refers to them or names them in `DependsOn`. */
export function dependenciesOf(logicalId: string, template: Template): Set<string> {
  const resource = template.Resources[logicalId];
  const names = new Set<string>([resource?.DependsOn ?? []].flat());
  collectReferences(resource?.Properties, names);
  return new Set([...names].filter((name) => name !== logicalId && name in template.Resources));
}

function collectReferences(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Ref' && typeof item === 'string') names.add(item);
    else if (key === 'Fn::GetAtt') names.add(String([item].flat()[0]).split('.')[0] ?? '');
    else if (key === 'Fn::Sub') {
      for (const [, name = ''] of String([item].flat()[0]).matchAll(/\$\{([^!.}]+)/g)) {
        names.add(name);
      }
    }
    collectReferences(item, names);
  }
}
