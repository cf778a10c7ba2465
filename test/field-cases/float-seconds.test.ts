/** Times in seconds: known from v2e's comment, asked for elsewhere, on every way that a file can take. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../src/formats/index.ts';
import { saccade } from '../helpers/cli.ts';
import { decodeAll } from '../helpers/decode.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const folder = path.join(import.meta.dirname, 'float-seconds');
const fileOf = (name: string): string => path.join(folder, name);
const times = (name: string, timeUnit?: 's'): number[] => {
  const options = { fileName: name, ...(timeUnit && { timeUnit }) };
  return [...decodeAll(createDecoder(options), new Uint8Array(readFileSync(fileOf(name)))).t];
};

const V2E = [10, 33_210, 1_500_000];
const UNIX = [1_589_163_147_368_868, 1_589_163_147_368_869];

it('what v2e says in a comment is taken', async () => {
  expect(times('v2e.txt')).toEqual(V2E);
  const { code, out } = await saccade('inspect', fileOf('v2e.txt'), '--json');
  expect([code, JSON.parse(out)]).toMatchObject([
    0,
    { events: 3, tFirst: 10, tLast: 1_500_000, faultCount: 0 },
  ]);
});

describe.each([
  ['unix.csv', '1589163147.368868 in line 2', UNIX],
  ['sec.npz', /[\d.]+ in row 0/.source, null],
])('%s', (name, place, expected) => {
  const asked = new RegExp(`The time ${place} has a fraction.*--time-unit`);

  it('is refused without a unit', async () => {
    expect(() => times(name)).toThrow(expect.objectContaining({ code: 'UNKNOWN_TIME_UNIT' }));
    const output = path.join(temporaryFolder(), 'o.npy');
    for (const args of [['inspect', fileOf(name)], ['convert', fileOf(name), output]]) {
      const { code, err } = await saccade(...args);
      expect([code, err]).toEqual([3, expect.stringMatching(asked)]);
    } // prettier-ignore
    expect(existsSync(output)).toBe(false);
  });

  it('is read in seconds where they are stated', async () => {
    const micros = times(name, 's');
    if (expected !== null) expect(micros).toEqual(expected);
    expect(micros.at(-1)).toBe(expected?.at(-1) ?? 1_500_000);
    const { code, out } = await saccade('inspect', fileOf(name), '--time-unit', 's', '--json');
    expect([code, JSON.parse(out)]).toMatchObject([0, { tFirst: micros[0], tLast: micros.at(-1) }]);
  });
});
