/** Judges whether teams can be sent anything: each needs a parameter that says where. */
import { type Finding, mend, unknown, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

export interface TeamFacts {
  team: string;
  /** The name of its parameter. */
  parameter: string;
  state:
    | { state: 'usable' }
    | { state: 'missing' }
    | { state: 'unreadable'; why: string }
    | { state: 'unusable'; why: string };
}

export function judgeTeams(teams: readonly TeamFacts[], remedies: Remedies): Finding {
  const unreadable = teams.flatMap(({ parameter, state }) =>
    state.state === 'unreadable' ? [`${parameter} could not be read: ${state.why}`] : [],
  );
  const spoilt = teams.filter(
    ({ state }) => state.state === 'missing' || state.state === 'unusable',
  );
  const [first] = spoilt;
  if (first !== undefined) {
    const says = spoilt.map(({ team, parameter, state }) =>
      state.state === 'unusable'
        ? `${team}: ${parameter}: ${state.why}`
        : `${team}: ${parameter} does not exist`,
    );
    return mend('teams', `${says.join('; ')}`, remedies.putParameter(first.parameter));
  }
  if (unreadable.length > 0) return unknown('teams', unreadable.join('; '));
  return well(
    'teams',
    teams.length === 0
      ? 'none: every message goes to the webhook'
      : `all have a destination: ${teams.map(({ team }) => team).join(', ')}`,
  );
}
