/** Writes what the registry says of representations into README.md and docs/representations.md. usage: npm run docs:representations */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { representations } from '../dist/src/index.js';
import { withTable } from './formats-table.mjs';
import { representationSections, representationsTable } from './representations-table.mjs';

for (const [file, text] of [
  ['README.md', representationsTable(representations)],
  ['docs/representations.md', representationSections(representations)],
]) {
  const page = path.resolve(import.meta.dirname, '..', file);
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), 'representations', text));
}
