/** Names from outside, made harmless in a Slack message: whoever names a feature must not write the message. */

/** Characters of a name that a phone still shows in two lines. */
const LONGEST_NAME = 80;

/**
 * A name in a code span, where Slack renders neither mentions, links, emphasis nor `:shortcodes:`.
 *
 * @param longest code points kept; a longer name ends in an ellipsis
 */
export function codeSpan(name: string, longest: number = LONGEST_NAME): string {
  const visible = cut(removeInvisible(name).replaceAll('`', "'"), longest);
  return `\`${escapeText(visible === '' ? '(blank)' : visible)}\``;
}

/**
 * A sentence with names in it, for a `plain_text` object, where Slack renders nothing: it loses what cannot be seen, and what would
 * be in a code span elsewhere is in quotation marks.
 */
export function plainText(sentence: string, longest: number): string {
  return cut(removeInvisible(sentence).replace(/`([^`]*)`/g, '“$1”'), longest);
}

/** The three characters that mrkdwn reserves (https://docs.slack.dev/messaging/formatting-message-text#escaping). */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Line breaks and control characters become a space; what has no shape of its own goes: zero-width characters, marks that
 * turn the direction of writing, fillers. The joiner and the selector inside an emoji stay.
 */
function removeInvisible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(JOINER_OUTSIDE_EMOJI, '')
    .replace(/(?![\u200D\uFE0F])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

const JOINER_OUTSIDE_EMOJI =
  /(?<!\p{Extended_Pictographic}\p{Emoji_Modifier}?\uFE0F?)\u200D|\u200D(?!\p{Extended_Pictographic})/gu;

/** Cuts between whole characters as a reader sees them, so that an emoji is kept or dropped, not broken. */
function cut(text: string, longest: number): string {
  let kept = '';
  let length = 0;
  for (const { segment, index } of new Intl.Segmenter('en').segment(text)) {
    const size = [...segment].length;
    const last = index + segment.length === text.length;
    if (length + size > (last ? longest : longest - 1)) {
      // One "character" may carry thousands of accents.
      return `${kept === '' ? [...segment].slice(0, longest - 1).join('') : kept}…`;
    }
    kept += segment;
    length += size;
  }
  return kept;
}
