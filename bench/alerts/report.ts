/** What each rule, all of them together, and the recipe's rule make of the same half year. */
import { type Bound, boundsOf } from './bound.ts';
import { generate, type World } from './generate.ts';
import { type Expected, grewByTheRule, isOfKind, type Score, score } from './score.ts';
import { simulate, simulateRecipe } from './simulate.ts';

export interface AlertsReport {
  seed: number;
  /** `all` is what is sent. The others show one rule alone. */
  rules: Score[];
  /** Incidents of `all` by what was planted, and steps that at least double. */
  by_incident: Score[];
  recipe: Score;
  /** Of steps that at least double, what can be told of within 24 hours at all. */
  at_best: Bound[];
}

export function reportOn(seed: number): AlertsReport {
  const world = generate(seed);
  const all = simulate(world);
  const of = (kind: string, expected: Expected) => score(kind, world, all, expected);
  const single: [Parameters<typeof simulate>[1] & string, Expected][] = [
    ['new', isOfKind('new-feature')],
    ['growth', grewByTheRule],
    ['spike', grewByTheRule],
    ['prompt', isOfKind('prompt-regression')],
    ['user', isOfKind('user-runaway')],
  ];
  return {
    seed,
    rules: [
      of('all', due),
      ...single.map(([rule, expected]) => score(rule, world, simulate(world, rule), expected)),
    ],
    by_incident: [
      of('step', both(isOfKind('step'), grewByTheRule)),
      of(
        'step of +100 %',
        both(({ kind, factor }) => kind === 'step' && factor >= 2, grewByTheRule),
      ),
      of('ramp', isOfKind('ramp')),
      of('spike', isOfKind('spike')),
      of('new-feature', isOfKind('new-feature')),
      of('price-change', isOfKind('price-change')),
      of('prompt-regression', isOfKind('prompt-regression')),
      of('user-runaway', isOfKind('user-runaway')),
    ],
    recipe: recipe(world),
    at_best: boundsOf(world),
  };
}

/** It cannot see what is new: its two weeks are joined. */
function recipe(world: World): Score {
  return score('recipe', world, simulateRecipe(world), grewByTheRule);
}

const due: Expected = (incident, days) =>
  incident.kind === 'new-feature' || grewByTheRule(incident, days);

function both(a: Expected, b: Expected): Expected {
  return (incident, days) => a(incident, days) && b(incident, days);
}
