/** What a reader sees of a value: rounded, never nothing where there is something, and no zero for what is unknown. */
import { expect, test } from 'vitest';
import type { Format } from '../../board/card.ts';
import { formatValue } from '../../board/page/format.ts';

test.each<[Format, string | null, string]>([
  ['usd', '1234567.895', '$1,234,567.90'],
  ['usd', '0', '$0.00'],
  ['usd', '0.000000000001', '< $0.01'],
  ['usd', null, '–'],
  // More digits than a float has.
  ['usd', '90071992547409931.99', '$90,071,992,547,409,931.99'],
  ['usd_fine', '0.0123456', '$0.0123'],
  ['usd_fine', '12.3456', '$12.35'],
  ['usd_fine', '0.00001', '< $0.0001'],
  ['count', '12345678', '12,345,678'],
  ['count', '15893.7', '15,894'],
  ['percent', '0.98765', '98.8%'],
  ['percent', '0.0004', '< 0.1%'],
  ['percent', '0.9995', '> 99.9%'],
  ['percent', '0.99949', '99.9%'],
  ['percent', '1', '100%'],
  ['percent', '0', '0%'],
  ['change', '0.425', '+43%'],
  ['change', '-0.001', '0%'],
  ['change', '23.25', '+2,325%'],
  ['ms', '950', '950 ms'],
  ['ms', '12345', '12.3 s'],
  ['ms', '85537700', '23.8 h'],
  ['seconds', '300', '5 min'],
  ['seconds', '900000', '10.4 days'],
  ['time', '2026-11-28 08:15:03.123+00', '2026-11-28 08:15 UTC'],
  ['day', '2026-11-28', '2026-11-28'],
  ['text', '<b>', '<b>'],
])('%s of %s is %s', (format, value, text) => {
  expect(formatValue(value, format)).toBe(text);
});
