/** Judges what the owner sees of the database: release, migrations, owner, roles and grants. */
import { EXPECTED_GRANTS, type Grant, type GrantedRole } from './expected-grants.ts';
import { type Finding, mend, notHere, unknown, warning, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

const OLDEST_RELEASE = 15;
const NEWEST_RELEASE = 18;

/** @param versionNumber `server_version_num`, for example 180004 */
export function judgeServerVersion(versionNumber: number): Finding {
  const release = Math.floor(versionNumber / 10_000);
  const shown = `PostgreSQL ${release}.${versionNumber % 10_000}`;
  if (release < OLDEST_RELEASE) {
    return mend(
      'server-version',
      `${shown} is older than ${OLDEST_RELEASE}, which tricost needs`,
      `upgrade the server to ${OLDEST_RELEASE} or newer`,
    );
  }
  return release > NEWEST_RELEASE
    ? warning(
        'server-version',
        `${shown} is newer than any that tricost is tested on, ${OLDEST_RELEASE} to ${NEWEST_RELEASE}`,
        'look for a newer release of tricost',
      )
    : well('server-version', shown);
}

export interface SchemaFacts {
  /** The login that migrates. */
  user: string;
  /** Version of the newest migration applied; undefined while there is no ledger, or for whom it is closed. */
  version: number | undefined;
  /** Owner of schema tricost, and whether the login may act as it; undefined while there is none. */
  owner: { name: string; mayActAs: boolean } | undefined;
  rolesPresent: GrantedRole[];
  mayCreateRoles: boolean;
  grants: Grant[];
}

/** @param deployed the stack is there, so its migrations must have run */
export function judgeSchema(
  facts: SchemaFacts,
  bundledVersion: number,
  deployed: boolean,
  remedies: Remedies,
): Finding[] {
  const isStranger = facts.owner?.mayActAs === false;
  const migrations = isStranger
    ? unknown('migrations', 'only the owner of the schema may look: see owner')
    : judgeMigrations(facts.version, bundledVersion, deployed, remedies);
  return [
    migrations,
    judgeOwner(facts, remedies),
    judgeRoles(facts, remedies),
    judgeGrantsAfter(migrations, facts.grants, remedies),
  ];
}

function judgeGrantsAfter(
  migrations: Finding,
  grants: readonly Grant[],
  remedies: Remedies,
): Finding {
  if (migrations.state === 'well') return judgeGrants(grants, remedies);
  return migrations.state === 'not-here'
    ? notHere('grants', 'the migrations make them')
    : unknown('grants', 'a release knows the grants of its own migrations alone: see migrations');
}

function judgeMigrations(
  version: number | undefined,
  bundled: number,
  deployed: boolean,
  remedies: Remedies,
): Finding {
  if (version === undefined) {
    return deployed
      ? mend(
          'migrations',
          'the stack is deployed and this database has no schema tricost: it is another one',
          'look at the database in the host finding above; is it the one that was deployed on?',
        )
      : notHere('migrations', 'the deploy applies them');
  }
  if (version < bundled) {
    return mend(
      'migrations',
      `the schema is at ${shown(version)}, this release at ${shown(bundled)}`,
      remedies.deploy,
    );
  }
  return version > bundled
    ? warning(
        'migrations',
        `the schema is at ${shown(version)}, newer than this release's ${shown(bundled)}, which is accepted after a rollback`,
        'git pull, or go on: an older release works on a newer schema',
      )
    : well('migrations', `all ${bundled} are applied`);
}

function shown(version: number): string {
  return String(version).padStart(4, '0');
}

function judgeOwner({ owner, user }: SchemaFacts, remedies: Remedies): Finding {
  if (owner === undefined) return notHere('owner', `the deploy makes the schema, as ${user}`);
  return owner.mayActAs
    ? well('owner', `${owner.name} owns the schema, and ${user} may act as it`)
    : mend(
        'owner',
        `schema tricost belongs to ${owner.name}, and the migrate connection logs in as ${user}: the next migration fails`,
        `store the connection string of ${owner.name} as the migrate connection, or as an administrator: ${remedies.sql(`grant "${owner.name}" to "${user}"`)}`,
      );
}

function judgeRoles(
  { rolesPresent, mayCreateRoles, version }: SchemaFacts,
  remedies: Remedies,
): Finding {
  const missing = (['tricost_ingest', 'tricost_readonly'] as const).filter(
    (role) => !rolesPresent.includes(role),
  );
  if (missing.length === 0) return well('roles', 'tricost_ingest and tricost_readonly exist');
  if (version === undefined && mayCreateRoles) {
    return notHere('roles', `the deploy makes ${missing.join(' and ')}`);
  }
  return mend(
    'roles',
    `${missing.join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not exist${mayCreateRoles ? '' : ', and the migrate login may not create roles'}`,
    remedies.sql(missing.map((role) => `create role ${role} nologin;`).join(' ')),
  );
}

export function judgeGrants(actual: readonly Grant[], remedies: Remedies): Finding {
  const missing = except(EXPECTED_GRANTS, actual);
  if (missing.length > 0) {
    return mend(
      'grants',
      `${listed(missing)} is missing: what needs it fails`,
      remedies.sql(missing.map((grant) => `grant ${statement(grant, 'to')};`).join(' ')),
    );
  }
  const superfluous = except(actual, EXPECTED_GRANTS);
  if (superfluous.length === 0) {
    return well(
      'grants',
      `the ${EXPECTED_GRANTS.length} privileges of the two roles, and no other`,
    );
  }
  const revoke = remedies.sql(
    superfluous.map((grant) => `revoke ${statement(grant, 'from')};`).join(' '),
  );
  const says = `${listed(superfluous)} is more than tricost grants`;
  return superfluous.some(isExposed)
    ? mend('grants', `${says}: private tables are open to readers of reports`, revoke)
    : warning('grants', says, revoke);
}

/** The read-only role, or everybody, sees or changes what is private. */
function isExposed({ role, object }: Grant): boolean {
  return role !== 'tricost_ingest' && / tricost[. ]| tricost$/.test(object);
}

function except(grants: readonly Grant[], others: readonly Grant[]): Grant[] {
  const known = new Set(others.map(key));
  return grants.filter((grant) => !known.has(key(grant)));
}

function key({ role, privilege, object }: Grant): string {
  return `${role} ${privilege} ${object}`;
}

function listed(grants: readonly Grant[]): string {
  const [first] = grants;
  if (first === undefined) return '';
  const rest = grants.length > 1 ? `, and ${grants.length - 1} more,` : '';
  return `${first.privilege} on ${first.object} for ${first.role}${rest}`;
}

function statement({ role, privilege, object }: Grant, preposition: 'to' | 'from'): string {
  return `${privilege} on ${object} ${preposition} ${role}`;
}
