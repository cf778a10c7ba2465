/** Writes the table of formats into README.md. usage: npm run docs:formats */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventFormats, networkForms } from '../dist/src/index.js';
import { formatsTable, withTable } from './formats-table.mjs';

const root = path.resolve(import.meta.dirname, '..');
const readme = path.join(root, 'README.md');
const results = path.join(root, 'bench/results/formats.json');
const rates = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')).rates : [];
const table = formatsTable(eventFormats, networkForms, rates);
writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), table));
