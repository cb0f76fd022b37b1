/** The form of a rule about templates. */
import type { Resource, Resources } from './resources.ts';

export interface Rule {
  /** Kebab case; acknowledged as `tricost::<name>`. */
  name: string;
  /** Of the resources that it judges. */
  type: string;
  /** What is wrong and how to mend it; undefined when nothing is. */
  problem(resource: Resource, resources: Resources): string | undefined;
}
