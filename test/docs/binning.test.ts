import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addBinningOptions, BINNING_RULES } from '../../src/cli/binning-options.ts';

const text = readFileSync('docs/binning.md', 'utf8');

it('every rule has its row', () => {
  const rows = [...text.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual([...BINNING_RULES].sort());
});

it('every flag is named', () => {
  const { options } = addBinningOptions(new Command(), { rule: 'number' });
  for (const { long } of options) expect(text).toMatch(new RegExp(`\`${long}[ \`]`));
});
