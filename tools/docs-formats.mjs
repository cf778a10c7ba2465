/** Writes the tables of formats, of their rates and of data sets into README.md. usage: npm run docs:formats */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventFormats, networkForms } from '../dist/src/index.js';
import { datasetDefinitions } from '../dist/datasets/index.js';
import { datasetsTable } from './datasets-table.mjs';
import { formatsTable, ratesTable, withTable } from './formats-table.mjs';

const root = path.resolve(import.meta.dirname, '..');
const readme = path.join(root, 'README.md');
const measured = JSON.parse(readFileSync(path.join(root, 'bench/results/formats.json'), 'utf8'));
let text = withTable(readFileSync(readme, 'utf8'), 'formats', formatsTable(eventFormats, networkForms));
text = withTable(text, 'data sets', datasetsTable(datasetDefinitions));
writeFileSync(readme, withTable(text, 'rates', ratesTable(measured)));
