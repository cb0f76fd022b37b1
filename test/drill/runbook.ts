/** The commands that docs/runbook.md gives for an alarm, as written there. */
import { readFileSync } from 'node:fs';

const TEXT = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const COMMAND = /`((?:npx tricost|aws|psql) [^`]+)`/g;

export interface RunbookSection {
  investigation: string[];
  resolution: string[];
  command: string;
}

export function runbookSection(alarm: string): RunbookSection {
  const section = TEXT.split(/^## /m).find((text) => text.startsWith(`${alarm}\n`));
  const part = (name: string): string => {
    const text = new RegExp(`\\*\\*${name}\\.\\*\\* ([^]*?)(?=\\n\\n\\*\\*|$)`).exec(
      section ?? '',
    )?.[1];
    if (text === undefined) throw new Error(`the runbook has no ${name} of ${alarm}`);
    return text;
  };
  const [command] = commandsIn(part('Command'));
  if (command === undefined) throw new Error(`the runbook has no command of ${alarm}`);
  const resolution = part('Resolution');
  return {
    investigation: commandsIn(part('Investigation')),
    resolution: [
      ...commandsIn(resolution),
      ...(resolution.includes('the command below') ? [command] : []),
    ],
    command,
  };
}

function commandsIn(text: string): string[] {
  return [...text.matchAll(COMMAND)].map(([, command]) => String(command));
}

/** As a shell would take the line apart, with the variables that the runbook uses. */
export function shellWords(command: string, values: Readonly<Record<string, string>>): string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /"([^"]*)"|'([^']*)'|\$(\w+)/g,
      (_, double, single, name) => single ?? fill(double ?? `$${name}`, values),
    ),
  );
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the drill has no value for $${name}`);
    return value;
  });
}
