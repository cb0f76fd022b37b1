/** What `tricost prices update` says of the difference between two price lists. */
import { styleText } from 'node:util';
import type { PriceChange, PriceListChanges } from '../domain/pricing/compare-price-lists.ts';
import type { PriceRow } from '../domain/pricing/price-list.ts';
import type { TakenRelease } from '../domain/pricing/price-release.ts';
import { columns } from './columns.ts';
import { nameAsJson, priceAsJson } from './price-as-json.ts';
import { modifiers, perName, shortened, since } from './price-lines.ts';
import { printable } from './printable.ts';

export function printChanges(
  { added, changed, ended, unlisted, kept, names }: PriceListChanges,
  problems: readonly string[],
): void {
  const rows = [
    ...models(added).map((model) => [styleText('green', 'new'), ...model]),
    ...changed.map((change) => [styleText('yellow', 'changed'), ...changeCells(change)]),
    ...ended.map((change) => [styleText('red', 'ended'), ...changeCells(change)]),
    ...models(unlisted).map((model) => ['no longer listed: kept', ...model]),
    ...kept.map((change) => ['kept: entered by hand', ...keptCells(change)]),
    ...names.added.map(({ provider, name, modelProvider, model }) => [
      styleText('green', 'new name'),
      printable(`${provider} ${name}`),
      printable(`${modelProvider} ${model}`),
    ]),
    ...names.changed.map(({ name, before }) => [
      styleText('yellow', 'name changed'),
      printable(`${name.provider} ${name.name}`),
      printable(
        `${before.modelProvider} ${before.model} → ${name.modelProvider} ${name.model} from ${shortened(name.validFrom)} on`,
      ),
    ]),
    ...names.unlisted.map((name) => [
      'name no longer listed: kept',
      printable(`${name.provider} ${name.name}`),
      printable(`${name.modelProvider} ${name.model}`),
    ]),
    ...names.kept.map(({ name, before }) => [
      'name kept: entered by hand',
      printable(`${before.provider} ${before.name}`),
      printable(
        `${before.modelProvider} ${before.model} (the list: ${name.modelProvider} ${name.model})`,
      ),
    ]),
  ];
  for (const line of columns(rows)) console.log(line);
  for (const problem of problems) console.log(`Not used: ${printable(problem)}`);
  console.log(
    [
      `${added.length} new, ${changed.length} changed, ${ended.length} ended, ${unlisted.length} no longer listed (kept), ${kept.length} entered by hand (kept)`,
      `${names.added.length} new names, ${names.changed.length} changed, ${names.unlisted.length} no longer listed (kept), ${names.kept.length} entered by hand (kept)`,
    ].join('; '),
  );
}

/** A model a line: a release brings dozens, with half a dozen prices each. */
function models(rows: readonly PriceRow[]): string[][] {
  const named = Map.groupBy(rows, ({ provider, model }) => printable(`${provider} ${model}`));
  return [...named].map(([model, prices]) => [
    model,
    prices
      .map((row) =>
        [`${row.unit} $${row.priceUsd ?? '-'}`, ...modifiers(row), ...dated(row)].join(' '),
      )
      .join('; '),
  ]);
}

function changeCells({ row, before }: PriceChange): string[] {
  const to = row.priceUsd === null ? 'none' : `$${row.priceUsd} per ${perName(row)}`;
  const unit = [row.unit, ...modifiers(row)].join(', ');
  return [
    printable(`${row.provider} ${row.model}`),
    `${unit}: $${before.priceUsd ?? '-'} → ${to} from ${shortened(row.validFrom)} on`,
  ];
}

function keptCells({ row, before }: PriceChange): string[] {
  const unit = row.unit === before.unit ? '' : `${row.unit} `;
  const where = row.region === before.region ? [] : modifiers(row);
  const listed = [unit + (row.priceUsd === null ? 'none' : `$${row.priceUsd}`), ...where].join(
    ', ',
  );
  return [
    printable(`${before.provider} ${before.model}`),
    `${[before.unit, ...modifiers(before)].join(', ')}: $${before.priceUsd ?? '-'} per ${perName(before)} (the list: ${listed} from ${shortened(row.validFrom)} on)`,
  ];
}

function dated(row: PriceRow): string[] {
  return since(row) === 'no start date' ? [] : [since(row)];
}

export function changesAsJson({
  added,
  changed,
  ended,
  unlisted,
  kept,
  names,
}: PriceListChanges): object {
  const change = ({ row, before }: PriceChange) => ({
    ...priceAsJson(row),
    price_usd_before: before.priceUsd,
  });
  return {
    new: added.map(priceAsJson),
    changed: changed.map(change),
    ended: ended.map(change),
    no_longer_listed: unlisted.map(priceAsJson),
    kept: kept.map(({ row, before }) => ({
      ...priceAsJson(before),
      ...{ listed_price_usd: row.priceUsd, listed_valid_from: row.validFrom },
      // Others than the row's: prices of a region that follow from a base price that was entered otherwise, and of a part of the unit.
      ...{ listed_region: row.region, listed_unit: row.unit },
    })),
    new_names: names.added.map(nameAsJson),
    changed_names: names.changed.map(({ name, before }) => ({
      ...nameAsJson(name),
      before: nameAsJson(before),
    })),
    no_longer_listed_names: names.unlisted.map(nameAsJson),
    kept_names: names.kept.map(({ name, before }) => ({
      ...nameAsJson(before),
      listed: nameAsJson(name),
    })),
  };
}

export function takenAsJson({ catalogue, published, revision, addedAt }: TakenRelease): object {
  return { catalogue, published, revision, added_at: addedAt };
}
