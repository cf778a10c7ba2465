/** Writes the table of filters into README.md. usage: npm run docs:filters */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventFilters } from '../dist/src/index.js';
import { filtersTable } from './filters-table.mjs';
import { withTable } from './formats-table.mjs';

const readme = path.resolve(import.meta.dirname, '../README.md');
writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), 'filters', filtersTable(eventFilters)));
