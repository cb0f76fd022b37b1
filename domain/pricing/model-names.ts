/**
 * Whether a catalogue entry is really the model that answered. The catalogue matches by prefix and would price
 * `claude-sonnet-5-55` as sonnet-5; a wrong price is worse than none, so only a date, `-latest` or a revision (`-v1:0`, `-001`) may follow
 * a known id, and only Bedrock's region may stand before it.
 */

const SUFFIX =
  /(?:[-@](?:20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|latest)|-v\d+(?::\d+)?|:\d+|-0\d\d)$/;
const BEDROCK_REGION = /^(?:us|us-gov|eu|apac|jp|au|ca|sa|global|regional)\./;

export function isSameModel(answered: string, catalogued: string): boolean {
  return bareName(answered) === bareName(catalogued);
}

function bareName(model: string): string {
  // A Bedrock inference profile may be named by its ARN: arn:aws:bedrock:…:inference-profile/<id>.
  let name = model.trim().toLowerCase();
  if (name.startsWith('arn:')) name = name.slice(name.lastIndexOf('/') + 1);
  name = name.replace(BEDROCK_REGION, '');
  while (SUFFIX.test(name)) name = name.replace(SUFFIX, '');
  return name;
}
