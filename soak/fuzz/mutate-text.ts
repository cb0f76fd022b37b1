/** Damages text and bytes as transports, editors and careless programs do. */
import type { Random } from '../../local/demo/random.ts';

/** One to four damages, anywhere. */
export function mutateText(text: string, random: Random): string {
  let damaged = text;
  for (let left = random.between(1, 4); left > 0; left -= 1) damaged = damageText(damaged, random);
  return damaged;
}

const CHARACTERS: [string, ...string[]] = [
  '"',
  ...['\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', '.', ' '],
  ...['\t', '\n', 'é', '\u00a0', '\u2028', '\ufeff', '\ufffd', '1e999', 'null', 'true', '\\u0000'],
  ...['\\ud800', '\\udfff', '\\x', '//', "'", 'NaN', 'Infinity', '\ud83d\ude00'],
];

function damageText(text: string, random: Random): string {
  const at = random.between(0, Math.max(0, text.length - 1));
  const length = random.between(1, 12);
  switch (random.between(0, 5)) {
    case 0:
      return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + length);
    case 3:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 4:
      // A digit, a letter or a quote becomes its neighbour.
      return (
        text.slice(0, at) +
        String.fromCharCode(text.charCodeAt(at) ^ (1 << random.between(0, 4))) +
        text.slice(at + 1)
      );
    default:
      return random.chance(0.3) ? text.slice(0, at) : text;
  }
}

export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.between(0, Math.max(0, bytes.length - 1));
  switch (random.between(0, 4)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.between(0, 7));
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes, bytes]);
    case 3:
      return Buffer.concat([bytes, Buffer.from('and more')]);
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(0), bytes.subarray(at)]);
  }
}
