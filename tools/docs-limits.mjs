/** Writes docs/limits.md. usage: npm run docs:limits */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LIMIT_LISTS } from '../dist/src/cli/limit-lists.js';
import * as names from '../dist/src/cli/limit-options.js';
import { limitsPage } from './limits-table.mjs';

const page = path.resolve(import.meta.dirname, '../docs/limits.md');
writeFileSync(page, limitsPage(LIMIT_LISTS, names));
