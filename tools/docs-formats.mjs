/** Writes the tables of formats and of their rates into README.md. usage: npm run docs:formats */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventFormats, networkForms } from '../dist/src/index.js';
import { formatsTable, ratesTable, withTable } from './formats-table.mjs';

const root = path.resolve(import.meta.dirname, '..');
const readme = path.join(root, 'README.md');
const measured = JSON.parse(readFileSync(path.join(root, 'bench/results/formats.json'), 'utf8'));
const text = withTable(readFileSync(readme, 'utf8'), 'formats', formatsTable(eventFormats, networkForms));
writeFileSync(readme, withTable(text, 'rates', ratesTable(measured)));
