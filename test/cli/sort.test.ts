import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const cases = path.resolve(import.meta.dirname, '../field-cases/late-events');
const byPolarity = path.join(cases, 'rpol.csv');
const unsorted = path.join(cases, 'unsorted.csv');

function rows(text: string): string[] {
  return text.trim().split('\n').slice(1);
}

function times(file: string): number[] {
  return rows(readFileSync(file, 'utf8')).map((row) => Number(row.split(',')[0]));
}

/** Lines in order of time, equal times in their order. */
function sortedRows(file: string): string[] {
  const time = (row: string): number => Number(row.split(',')[0]);
  return rows(readFileSync(file, 'utf8')).sort((a, b) => time(a) - time(b));
}

describe('late events', () => {
  it('inspect counts them, for people and for programs', async () => {
    const { out } = await saccade('inspect', byPolarity);
    expect(out).toMatch(
      /note +1,612 events come earlier than one before, by up to 300\.5\d* ms; `saccade convert --sort` sorts them/,
    );
    const json = await saccade('inspect', unsorted, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ lateEvents: 2, largestStepMicros: 2, backward: 2 });
  });

  it('convert and cut say them, and leave them in their places', async () => {
    const folder = temporaryFolder();
    const output = path.join(folder, 'a.csv');
    const { code, out } = await saccade('convert', unsorted, output);
    expect(code).toBe(0);
    expect(out).toMatch(/note +2 events come earlier than one before, by up to 2 µs; --sort sorts them/);
    expect(times(output)).toEqual(times(unsorted));
    const cut = await saccade('cut', unsorted, path.join(folder, 'b.csv'), '--events', '..4', '--json');
    expect(JSON.parse(cut.out)).toMatchObject({
      events: 4,
      order: { lateEvents: 1, largestStepMicros: 2, sorted: false },
    });
  });

  it.each(['inspect', 'convert', 'cut'])(
    '%s --strict refuses them, names the first, and leaves nothing',
    async (name) => {
      const folder = temporaryFolder();
      const words = name === 'inspect' ? [unsorted] : [unsorted, path.join(folder, 'a.csv')];
      expect(await saccade(name, ...words, '--strict')).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringMatching(
          /UNSORTED_EVENTS: .*unsorted\.csv: Event 2 \(t 3 µs\) comes 2 µs earlier.*--sort/,
        ),
      });
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

describe('--sort', () => {
  it.each([byPolarity, unsorted])('puts %s into order; equal times stay in theirs', async (file) => {
    const output = path.join(temporaryFolder(), 'a.csv');
    const { code, out } = await saccade('convert', file, output, '--sort', '--verify', '--strict');
    expect(code).toBe(0);
    expect(out).toMatch(/sorted +[\d,]+ late events, by up to/);
    expect(rows(readFileSync(output, 'utf8'))).toEqual(sortedRows(file));
    expect(JSON.parse((await saccade('inspect', output, '--json')).out)).toMatchObject({ lateEvents: 0 });
  });

  it('more than its memory, through a temporary file that nobody finds', async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'a.csv');
    const random = new SeededRandom(1);
    const lines = Array.from({ length: 120_000 }, (_, i) => `${random.integer(1e6)},${i % 500},${i >> 9},1`);
    writeFileSync(input, `t,x,y,p\n${lines.join('\n')}\n`);
    const output = path.join(folder, 'b.csv');
    const { code } = await saccade('convert', input, output, '--sort', '--sort-memory', '1');
    expect(code).toBe(0);
    expect(rows(readFileSync(output, 'utf8'))).toEqual(sortedRows(input));
    expect(readdirSync(folder).sort()).toEqual(['a.csv', 'b.csv']);
  });

  it('sorts what a cut keeps, and rebases on its earliest event', async () => {
    const output = path.join(temporaryFolder(), 'a.csv');
    const args = ['--events', '2..5', '--sort', '--rebase-time'];
    expect(await saccade('cut', unsorted, output, ...args)).toMatchObject({ code: 0 });
    expect(times(output)).toEqual([0, 4, 6]);
  });
});
