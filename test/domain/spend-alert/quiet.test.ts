/** The thresholds that would have kept an alert quiet are those from which on the rules find nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type QuietFrom, quietFrom } from '../../../domain/spend-alert/quiet.ts';
import { findAll, type Part } from '../../../domain/spend-alert/rules/find.ts';
import { readSettings } from '../../../domain/spend-alert/rules/settings.ts';
import {
  readThreshold,
  THRESHOLD_NAMES,
  thresholdTexts,
} from '../../../domain/spend-alert/rules/thresholds.ts';
import { days, series, weeks } from './rules/example-series.ts';

const settings = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });

describe('what would have kept it quiet', () => {
  test('a week of $30 after weeks of $10', () => {
    const grown = series(weeks(10, 10, 10, 10, 10, 30));
    const texts = quietFrom(grown, [], settings)
      .filter(({ rules }) => rules.includes('growth'))
      .map((quiet) => [quiet.threshold, thresholdTexts(quiet.settings)[quiet.threshold]]);
    expect(texts).toContainEqual(['growth', '2']);
    expect(quietFrom(series(days(42, 10)), [], settings)).toEqual([]);
  });

  test('something new has but a minimum, and growth from nothing no ratio', () => {
    const fresh = series([...days(35, 0), ...days(7, 1)]);
    expect(quietFrom(fresh, [], settings)).toEqual([
      { threshold: 'minimum', settings: { minimumSpendUsd: 7n * 10n ** 12n }, rules: ['new'] },
    ]);
  });

  test('is the least in whole percent and dollars, for any days', () => {
    const anyDays = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 42, maxLength: 42 });
    fc.assert(
      fc.property(anyDays, anyDays, (feature, user) => {
        const of = series(feature);
        const parts: Part[] = [{ rule: 'user', name: 'u', series: series(user) }];
        for (const quiet of quietFrom(of, parts, settings)) {
          const finds = (changed: QuietFrom['settings']) =>
            findAll(of, parts, { ...settings, ...changed }).some(({ rule }) =>
              quiet.rules.includes(rule),
            );
          expect(finds(quiet.settings)).toBe(false);
          expect(finds(oneLess(quiet))).toBe(true);
        }
      }),
    );
  });
});

function oneLess({ settings: { growthRatio, spikeRatio, minimumSpendUsd } }: QuietFrom) {
  if (growthRatio) return { growthRatio: { ...growthRatio, digits: growthRatio.digits - 1n } };
  if (spikeRatio) return { spikeRatio: { ...spikeRatio, digits: spikeRatio.digits - 1n } };
  return { minimumSpendUsd: (minimumSpendUsd ?? 0n) - 10n ** 12n };
}

describe('a threshold', () => {
  test('that is written is read back', () => {
    for (const name of THRESHOLD_NAMES) {
      for (const text of ['0', '0.3', '12.05', '100']) {
        expect(thresholdTexts(readThreshold(name, text))).toMatchObject({ [name]: text });
      }
    }
  });

  test('is a decimal number of 0 or more', () => {
    for (const wrong of ['', '-1', '50%', 'much', 'Infinity', '1e999', '0x1']) {
      expect(() => readThreshold('growth', wrong)).toThrow('growth is a decimal number');
    }
  });
});
