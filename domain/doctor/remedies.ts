/** The commands that mend things, complete: to be pasted into a shell in this folder. */

/** Where the local stack has its Parameter Store. */
export interface LocalAws {
  endpoint: string;
  region: string;
}

export interface RemedyTarget {
  /** undefined: the stack is on AWS. */
  local: LocalAws | undefined;
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
  const { local, stack, config, migrateParameter } = target;
  const aws = local === undefined;
  const configured = config === undefined ? '' : ` --config ${shellQuoted(config)}`;
  const url = aws
    ? `"$(aws ssm get-parameter --with-decryption --name ${shellQuoted(migrateParameter)} --query Parameter.Value --output text)"`
    : `"$(node -p 'require("./.tricost/local.json").databaseUrl')"`;
  return {
    sql: (statement) => `psql ${url} -c ${shellQuoted(statement)}`,
    tricost: (args) =>
      `npx tricost ${args}${aws ? ` --aws --stack ${shellQuoted(stack)}` : ''}${configured}`,
    tricostOnDatabase: (args) => `npx tricost ${args} --database-url ${url}${configured}`,
    putParameter: (name) => putParameter(name, local),
    deploy: aws
      ? `npx cdk deploy${config === undefined ? '' : ` -c config=${shellQuoted(config)}`}`
      : 'stop `npm start` with Ctrl-C and start it again',
  };
}

/** @param local undefined: on AWS, with the credentials and region of the shell */
export function putParameter(name: string, local: LocalAws | undefined): string {
  // Any credentials do there, and those of the shell must not be needed.
  const aws =
    local === undefined
      ? 'aws'
      : `AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws --endpoint-url ${shellQuoted(local.endpoint)} --region ${shellQuoted(local.region)}`;
  return `read -rs value; ${aws} ssm put-parameter --overwrite --type SecureString --name ${shellQuoted(name)} --value "$value"`;
}

/** One word for a POSIX shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A role's name in a statement, whatever is in it. */
export function quotedIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
