/** The commands that mend things, complete: to be pasted into a shell in this folder. */

export interface RemedyTarget {
  aws: boolean;
  stack: string;
  /** The configuration file, when another than the usual one was named. */
  config?: string | undefined;
  /** Name of the SSM parameter that holds the owner's connection string. */
  migrateParameter: string;
}

export interface Remedies {
  /** Runs a statement as the owner of the schema. */
  sql(statement: string): string;
  /** `npx tricost …` on this stack. */
  tricost(args: string): string;
  /** `npx tricost …` of a command that is told the database alone. */
  tricostOnDatabase(args: string): string;
  /** Stores a secret that is typed in unseen. */
  putParameter(name: string): string;
  /** Brings the stack up, or up to date. */
  deploy: string;
}

export function remediesFor(target: RemedyTarget): Remedies {
  const { aws, stack, config, migrateParameter } = target;
  const configured = config === undefined ? '' : ` --config ${shellQuoted(config)}`;
  const url = aws
    ? `"$(aws ssm get-parameter --with-decryption --name ${shellQuoted(migrateParameter)} --query Parameter.Value --output text)"`
    : `"$(node -p 'require("./.tricost/local.json").databaseUrl')"`;
  return {
    sql: (statement) => `psql ${url} -c ${shellQuoted(statement)}`,
    tricost: (args) =>
      `npx tricost ${args}${aws ? ` --aws --stack ${shellQuoted(stack)}` : ''}${configured}`,
    tricostOnDatabase: (args) => `npx tricost ${args} --database-url ${url}${configured}`,
    putParameter: (name) =>
      `read -rs value; aws ssm put-parameter --overwrite --type SecureString --name ${shellQuoted(name)} --value "$value"`,
    deploy: aws
      ? `npx cdk deploy${config === undefined ? '' : ` -c config=${shellQuoted(config)}`}`
      : 'stop `npm start` with Ctrl-C and start it again',
  };
}

/** One word for a POSIX shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A role's name in a statement, whatever is in it. */
export function quotedIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
