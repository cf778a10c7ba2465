import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableText } from '../../src/cli/printable.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('printable', () => {
  it('leaves no control character, and letters of all languages as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(printable(name)).not.toMatch(/\p{Cc}/u);
      }),
    );
    expect(printable('Grüße 犬 🙂')).toBe('Grüße 犬 🙂');
    expect(printable('a\u001b[2Jb\nc\u009b\u202e')).toBe('a\\x1b[2Jb\\x0ac\\x9b\\u202e');
    expect(printableText('a\u001b\n\tb')).toBe('a\\x1b\n\tb');
  });
});

describe('names from outside', () => {
  const NAME = 'evil\u001b]0;title\u0007.csv';
  it.each([
    ['a recording', ['inspect']],
    ['one that is not there', ['inspect', '--format', 'csv']],
  ])('%s', async (what, args) => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'empty'));
    const file = path.join(what === 'a recording' ? folder : path.join(folder, 'empty'), NAME);
    if (what === 'a recording') writeFileSync(file, 't,x,y,p\n1,2,3,1\n');
    const { out, err } = await saccade(...args, file);
    expect(out + err).toContain('evil\\x1b]0;title\\x07.csv');
    expect(out + err).not.toContain('\u001b');
  });

  it('what the user typed wrongly', async () => {
    const { code, err } = await saccade('inspect', '--\u001b[2J', 'a');
    expect(code).toBe(2);
    expect(err).not.toContain('\u001b');
  });

  it('what a recording says', async () => {
    const file = path.join(temporaryFolder(), 'a.aedat');
    writeFileSync(file, '#!AER-DAT2.0\r\n# \u001b[31m\r\n\u001b[31m');
    const { out, err } = await saccade('inspect', file);
    expect(out + err).not.toContain('\u001b');
  });
});
