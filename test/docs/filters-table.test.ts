import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { eventFilters } from '../../src/filters/index.ts';
import { filterSections, filtersTable } from '../../tools/filters-table.mjs';
import { tableIn } from '../../tools/formats-table.mjs';

it.each([
  ['README.md', filtersTable(eventFilters)],
  ['docs/filters.md', filterSections(eventFilters)],
])("the filters of %s are the registry's; if not, run `npm run docs:filters`", (file, text) => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
  expect(tableIn(page, 'filters')).toBe(text);
});
