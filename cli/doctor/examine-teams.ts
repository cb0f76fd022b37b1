/** Whether each team's parameter is there and says where its messages go. */
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Client } from 'pg';
import { readTeams } from '../../adapters/postgres/teams.ts';
import {
  type InspectedParameter,
  inspectParameters,
} from '../../adapters/ssm/inspect-parameters.ts';
import { teamParameterPrefix } from '../../config/config.ts';
import { type Finding, notHere } from '../../domain/doctor/finding.ts';
import { judgeTeams, type TeamFacts } from '../../domain/doctor/judge-teams.ts';
import { parseDestination } from '../../domain/notify/destination.ts';
import type { Team } from '../../domain/teams/team.ts';
import { attempt } from './attempt.ts';
import type { Patient } from './patient.ts';

/** What AWS reads of parameters at once. */
const BATCH_SIZE = 10;

export function examineTeams(client: Client, patient: Patient): Promise<Finding[]> {
  if (patient.stage === 'before-deploy') {
    return Promise.resolve([notHere('teams', 'the deploy makes the table')]);
  }
  return attempt(['teams'], async () => {
    const ssm = new SSMClient(patient.aws);
    const prefix = teamParameterPrefix(patient.config.stackName);
    const facts: TeamFacts[] = [];
    const teams = await readTeams(client);
    for (let start = 0; start < teams.length; start += BATCH_SIZE) {
      const batch = teams.slice(start, start + BATCH_SIZE);
      const read = await inspectParameters(
        ssm,
        batch.map(({ secret }) => `${prefix}${secret}`),
      );
      for (const team of batch) {
        const parameter = `${prefix}${team.secret}`;
        facts.push({ team: team.name, parameter, state: stateOf(team, read.get(parameter)) });
      }
    }
    return [judgeTeams(facts, patient.remedies)];
  });
}

function stateOf({ slackChannel }: Team, read: InspectedParameter | undefined): TeamFacts['state'] {
  if (read?.facts.state === 'unreadable') return read.facts;
  if (read?.value === undefined) return { state: 'missing' };
  try {
    parseDestination(read.value, slackChannel);
    return { state: 'usable' };
  } catch (error) {
    return { state: 'unusable', why: (error as Error).message };
  }
}
