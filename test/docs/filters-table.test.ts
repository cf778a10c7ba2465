import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { eventFilters } from '../../src/filters/index.ts';
import { filtersTable } from '../../tools/filters-table.mjs';
import { tableIn } from '../../tools/formats-table.mjs';

it("the README's filters are the registry's; if not, run `npm run docs:filters`", () => {
  const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
  expect(tableIn(readme, 'filters')).toBe(filtersTable(eventFilters));
});
