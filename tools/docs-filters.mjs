/** Writes what the registry says of filters into README.md and docs/filters.md. usage: npm run docs:filters */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventFilters } from '../dist/src/index.js';
import { filterSections, filtersTable } from './filters-table.mjs';
import { withTable } from './formats-table.mjs';

for (const [file, text] of [
  ['README.md', filtersTable(eventFilters)],
  ['docs/filters.md', filterSections(eventFilters)],
]) {
  const page = path.resolve(import.meta.dirname, '..', file);
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), 'filters', text));
}
