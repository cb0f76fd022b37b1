/** Teams and what they own, as rows. */
import type { ClientBase } from 'pg';
import type { Routing } from '../../domain/teams/compose-by-team.ts';
import type { FeatureOwner, Team } from '../../domain/teams/team.ts';

export async function readTeams(client: ClientBase): Promise<Team[]> {
  const { rows } = await client.query<Team>(
    `select name, secret, slack_channel as "slackChannel", time_zone as "timeZone", hour
     from tricost.teams order by name`,
  );
  return rows;
}

export async function readOwners(client: ClientBase): Promise<FeatureOwner[]> {
  const { rows } = await client.query<FeatureOwner>(
    'select feature, team from tricost.feature_owners order by feature',
  );
  return rows;
}

/** Who gets what, and what messages go on from. */
export async function readRouting(client: ClientBase): Promise<Routing> {
  const { rows } = await client.query<{ feature: string; id: string }>(
    `select min(feature) as feature, opening_outbox_id as id from reporting.alert_states
     where opening_outbox_id is not null group by id having count(*) = 1`,
  );
  return {
    teams: await readTeams(client),
    owners: await readOwners(client),
    openings: new Map(rows.map(({ feature, id }) => [feature, id])),
  };
}

/** Adds a team, or changes the one of that name. */
export async function setTeam(client: ClientBase, team: Team): Promise<void> {
  await client.query(
    `insert into tricost.teams (name, secret, slack_channel, time_zone, hour) values ($1, $2, $3, $4, $5)
     on conflict (name) do update set secret = excluded.secret, slack_channel = excluded.slack_channel,
       time_zone = excluded.time_zone, hour = excluded.hour`,
    [team.name, team.secret, team.slackChannel, team.timeZone, team.hour],
  );
}

/**
 * What the team owned belongs to nobody then, and what waits for it goes where such messages go.
 *
 * @returns false when there is no such team
 */
export async function removeTeam(client: ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from tricost.teams where name = $1', [name]);
  return rowCount === 1;
}

/** @throws Error when there is no such team */
export async function setOwner(client: ClientBase, { feature, team }: FeatureOwner): Promise<void> {
  await client.query(
    `insert into tricost.feature_owners (feature, team) values ($1, $2)
     on conflict (feature) do update set team = excluded.team`,
    [feature, team],
  );
}

/** @returns false when nobody owned it */
export async function removeOwner(client: ClientBase, feature: string): Promise<boolean> {
  const { rowCount } = await client.query('delete from tricost.feature_owners where feature = $1', [
    feature,
  ]);
  return rowCount === 1;
}
