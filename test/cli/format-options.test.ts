import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEncoder } from '../../src/formats/index.ts';
import { manyStreams } from '../formats/aedat4/samples.ts';
import { DVS128_EVENTS } from '../formats/aedat2/samples.ts';
import { generic } from '../formats/es/samples.ts';
import { saccade } from '../helpers/cli.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

function fileOf(name: string, content: string | Uint8Array): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

async function inspect(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await saccade('inspect', ...args, '--json', '--side', '99');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Record<string, unknown>;
}

describe('what decoders may be told', () => {
  it('columns and unit of a text', async () => {
    const file = fileOf('a.csv', '3,4,1,0.5\n5,6,0,0.75\n');
    expect(await saccade('inspect', file)).toMatchObject({
      code: 3,
      err: expect.stringContaining('BAD_HEADER'),
    });
    expect(await inspect(file, '--columns', 'x,y,p,t', '--time-unit', 's')).toMatchObject({
      events: 2,
      tFirst: 500_000,
      tLast: 750_000,
    });
    expect(await saccade('inspect', file, '--columns', 'x,y')).toMatchObject({ code: 2 });
    expect(await saccade('inspect', file, '--time-unit', 'h')).toMatchObject({ code: 2 });
  });

  it('which camera of several, and how its rows count', async () => {
    const file = fileOf('a.aedat4', manyStreams('lz4'));
    const text = await saccade('inspect', file);
    expect(text.out).toMatch(/not read: 1 .*20 events.*--stream/);
    expect(await inspect(file, '--stream', '1')).toMatchObject({ events: 14, width: 96 });
    expect(await saccade('inspect', file, '--stream', 'one')).toMatchObject({ code: 2 });
    const [plain, flipped] = [`${file}.csv`, `${file}.flipped.csv`];
    await saccade('convert', file, plain);
    await saccade('convert', file, flipped, '--flip-y');
    const rows = (csv: string): number[] =>
      readFileSync(csv, 'utf8').trim().split('\n').slice(1).map((line) => Number(line.split(',')[2])); // prettier-ignore
    expect(rows(flipped)).toEqual(rows(plain).map((y) => 259 - y));
  });

  it('limits', async () => {
    const aedat4 = fileOf('a.aedat4', manyStreams('lz4'));
    expect(await saccade('inspect', aedat4, '--max-packet-bytes', '64')).toMatchObject({
      code: 3,
      err: expect.stringContaining('HEADER_TOO_LARGE'),
    });
    const es = fileOf('a.es', generic);
    expect(await inspect(es, '--max-payload-bytes', '2')).toMatchObject({
      faults: [{ code: 'TOO_LARGE' }],
      side: { payload: 2 },
    });
    expect(await saccade('inspect', es, '--max-payload-bytes', '0')).toMatchObject({ code: 2 });
    const aedat2 = fileOf('a.aedat', encodeAll(createEncoder('aedat2'), DVS128_EVENTS));
    expect(await saccade('inspect', aedat2, '--max-header-bytes', '20')).toMatchObject({
      code: 3,
      err: expect.stringContaining('HEADER_TOO_LARGE'),
    });
    const npz = fileOf('a.npz', encodeAll(createEncoder('npz'), DVS128_EVENTS));
    expect(await saccade('inspect', npz, '--max-npz-bytes', '20')).toMatchObject({
      code: 3,
      err: expect.stringContaining('TOO_LARGE'),
    });
  });
});

describe('what encoders may be told', () => {
  const recording = (): string => fileOf('in.aedat', encodeAll(createEncoder('aedat2'), DVS128_EVENTS));

  it('columns and unit of a text', async () => {
    const input = recording();
    const output = `${input}.csv`;
    const args = ['convert', input, output, '--to-columns', 'x,y,p,t', '--to-time-unit', 's', '--verify'];
    expect(await saccade(...args)).toMatchObject({ code: 0 });
    expect(readFileSync(output, 'utf8')).toMatch(/^x,y,p,t_s\n\d+,\d+,[01],\d+\.\d{6}\n/);
  });

  it('type of an Event Stream', async () => {
    const input = recording();
    const output = `${input}.es`;
    expect(await saccade('convert', input, output, '--to-es-type', 'atis', '--verify')).toMatchObject({
      code: 0,
    });
    expect(await inspect(output)).toMatchObject({ format: 'ES2/atis' });
  });

  it('limits', async () => {
    const input = recording();
    const args = ['convert', input, `${input}.npz`, '--to-max-npz-bytes', '20'];
    expect(await saccade(...args)).toMatchObject({ code: 3, err: expect.stringContaining('TOO_LARGE') });
  });

  it('only of the format that is written', async () => {
    const input = recording();
    for (const option of [
      ['--to-es-type', 'atis'],
      ['--to-columns', 't,x,y,p'],
      ['--to-max-npz-bytes', '5'],
    ])
      expect(await saccade('convert', input, `${input}.npy`, ...option)).toMatchObject({ code: 2 });
  });
});
