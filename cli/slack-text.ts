/** A sentence for Slack, on a terminal. */
import { printable } from './printable.ts';

/** Without its icon and code spans. */
export function slackText(sentence: string): string {
  const bare = sentence.replace(/^:[a-z_]+: /, '').replaceAll('`', '');
  const unescaped = bare.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return printable(unescaped);
}
