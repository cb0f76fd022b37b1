/** Text from events, made harmless on a terminal: whoever names a feature must not move the cursor or clear the screen. */

/** Controls, line breaks, and what turns the direction of writing; the joiner inside an emoji stays. */
const UNSEEN = /(?!\u200D)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** `a\u001b[2Jb` instead of a cleared screen. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}
