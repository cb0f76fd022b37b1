/** Evaluates CloudFormation's intrinsic functions. Those that no stack of ours uses are errors, not guesses. */
import { AssemblyError } from './assembly-error.ts';
import type { Template } from './template.ts';

export interface References {
  /** What `Ref` of a resource gives. */
  ref(logicalId: string): string;
  /** What `Fn::GetAtt` of a resource gives. */
  attribute(logicalId: string, name: string): string;
}

export interface ResolveContext extends References {
  /** `AWS::Region` and its kin, by full name. */
  pseudoParameters: Readonly<Record<string, string>>;
  template: Template;
}

/** `{"Ref": "AWS::NoValue"}` removes the property that holds it. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * The value with every intrinsic function in it evaluated.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 *
 * @throws AssemblyError for an intrinsic that is not supported, or a reference to nothing.
 */
export function resolve(value: unknown, context: ResolveContext): unknown {
  const resolved = evaluate(value, context);
  return resolved === NO_VALUE ? undefined : resolved;
}

function evaluate(value: unknown, context: ResolveContext): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => evaluate(item, context)).filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    return evaluateIntrinsic(only[0], only[1], context);
  }
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, evaluate(item, context)] as const)
      .filter(([, item]) => item !== NO_VALUE),
  );
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::');
}

function evaluateIntrinsic(name: string, argument: unknown, context: ResolveContext): unknown {
  switch (name) {
    case 'Ref':
      return reference(text(argument, name), context);
    case 'Fn::GetAtt':
      return attribute(argument, context);
    case 'Fn::Join': {
      const [delimiter, values] = list(argument, name);
      const parts = list(evaluate(values, context), name).map((part) => text(part, name));
      return parts.join(text(delimiter, name));
    }
    case 'Fn::Sub':
      return substitute(argument, context);
    case 'Fn::Select': {
      const [index, values] = list(argument, name);
      const selected = list(evaluate(values, context), name)[Number(evaluate(index, context))];
      if (selected === undefined) throw new AssemblyError(`Fn::Select has no item ${index}`);
      return selected;
    }
    case 'Fn::Split': {
      const [delimiter, source] = list(argument, name);
      return text(evaluate(source, context), name).split(text(delimiter, name));
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list(evaluate(argument, context), name).map(String);
      const found = context.template.Mappings?.[map ?? '']?.[first ?? '']?.[second ?? ''];
      if (found === undefined) {
        throw new AssemblyError(`Fn::FindInMap finds nothing at ${map}.${first}.${second}`);
      }
      return found;
    }
    default:
      throw new AssemblyError(
        `${name} is not supported by the local engine; see local/assembly/resolve.ts`,
      );
  }
}

function reference(name: string, context: ResolveContext): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const pseudo = context.pseudoParameters[name];
  if (pseudo !== undefined) return pseudo;
  const parameter = context.template.Parameters?.[name];
  if (parameter === undefined) return context.ref(name);
  if (parameter.Default === undefined) {
    throw new AssemblyError(`template parameter ${name} has no default value to run locally with`);
  }
  return parameter.Default;
}

function attribute(argument: unknown, context: ResolveContext): string {
  const path = Array.isArray(argument) ? argument.join('.') : text(argument, 'Fn::GetAtt');
  const dot = path.indexOf('.');
  return context.attribute(path.slice(0, dot), path.slice(dot + 1));
}

function substitute(argument: unknown, context: ResolveContext): string {
  const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = evaluate(variables, context) as Record<string, unknown>;
  return text(pattern, 'Fn::Sub').replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const value =
      own[name] ?? (name.includes('.') ? attribute(name, context) : reference(name, context));
    return text(value, 'Fn::Sub');
  });
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new AssemblyError(`${name} needs text here, got ${JSON.stringify(value)}`);
}

function list(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new AssemblyError(`${name} needs a list here, got ${JSON.stringify(value)}`);
}
