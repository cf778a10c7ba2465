import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LIMIT_LISTS } from '../../src/cli/limit-lists.ts';
import * as names from '../../src/cli/limit-options.ts';
import { limitsPage } from '../../tools/limits-table.mjs';

const page = path.join(import.meta.dirname, '../../docs/limits.md');

it('docs/limits.md says what the code does; if not, run `npm run docs:limits`', () => {
  expect(readFileSync(page, 'utf8')).toBe(limitsPage(LIMIT_LISTS, names));
});

it.each(LIMIT_LISTS.flatMap(({ limits }) => Object.entries(limits)))(
  '%s: default in range, unit in its name, a line that says what it guards',
  (name, { unit, default: value, min, max = Infinity, guards }) => {
    expect(value).toBeGreaterThanOrEqual(min);
    expect(value).toBeLessThanOrEqual(max);
    expect(/Ms$/.test(name)).toBe(unit === 'ms');
    expect(/Bytes$/.test(name)).toBe(unit === 'bytes');
    expect(guards).toMatch(/^[A-Z].*[^.]$/);
  },
);

it('no two limits share a flag', () => {
  const flags = LIMIT_LISTS.flatMap(({ limits }) => Object.keys(limits)).map(names.limitFlag);
  expect(new Set(flags).size).toBe(flags.length);
});
