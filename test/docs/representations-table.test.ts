import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { representations } from '../../src/frames/index.ts';
import { tableIn } from '../../tools/formats-table.mjs';
import { representationSections, representationsTable } from '../../tools/representations-table.mjs';

it.each([
  ['README.md', representationsTable(representations)],
  ['docs/representations.md', representationSections(representations)],
])(
  "the representations of %s are the registry's; if not, run `npm run docs:representations`",
  (file, text) => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
    expect(tableIn(page, 'representations')).toBe(text);
  },
);
