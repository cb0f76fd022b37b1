/** Fields of a call that say something: unknown is absent, never null or zero. */

export type Known<Fields> = { [Key in keyof Fields]?: NonNullable<Fields[Key]> };

export function knownFields<Fields extends object>(fields: Fields): Known<Fields> {
  const known: Known<Fields> = {};
  // Not by Object.entries(), whose pairs take longer than all else of it.
  for (const key of Object.keys(fields) as (keyof Fields)[]) {
    const value = fields[key];
    if (value !== undefined && value !== null) known[key] = value;
  }
  return known;
}
