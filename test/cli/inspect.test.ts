import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DROP_REASONS, eventFormats, SIDE_CHANNELS, type EventFormat } from '../../src/formats/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import { RateHistogram } from '../../src/events/index.ts';
import { saccade } from '../helpers/cli.ts';
import { testFile, testFormat } from '../helpers/resetting-format.ts';
import { expectedRows, hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const seven = path.resolve(import.meta.dirname, '../../examples/recordings/nmnist/Test/7');
const recording = path.join(seven, readdirSync(seven)[0]!);

describe('recordings', () => {
  it
    .skipIf(!hasSharedData)
    .each([...expectedRows('AEDAT2.0').slice(0, 6), ...expectedRows('DAT1', 'DAT2').slice(-3)])(
    '$path: one JSON object with the reference digest',
    async (row) => {
      const { path: file, ...expected } = row;
      const { code, out } = await saccade('inspect', sharedPath(file), '--json', '--digest');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject(expected);
    },
  );

  it.skipIf(!hasSharedData)('a member of an archive', async () => {
    const [row] = expectedRows('ATIS40').filter(({ path: file }) => file.includes('!'));
    const file = sharedPath(row!.path);
    const { out } = await saccade('inspect', file, '--geometry', '34x34', '--json', '--digest');
    expect(JSON.parse(out)).toMatchObject({ format: 'ATIS40', width: 34, height: 34, sha256: row!.sha256 });
  });

  it('plots the rate for people', async () => {
    const { out } = await saccade('inspect', recording);
    expect(out).toMatch(/ATIS 40-bit.*\n.*not stated/);
    expect(out).toContain('events/s over');
  });
});

describe('what a recording may have beside events', () => {
  beforeAll(() => {
    (eventFormats as unknown as EventFormat[]).push(testFormat);
  });
  afterAll(() => {
    (eventFormats as unknown as EventFormat[]).pop();
  });
  const file = (...records: string[]): string => {
    const location = path.join(temporaryFolder(), 'a.test');
    writeFileSync(location, testFile(...records));
    return location;
  };
  const RECORDS = ['e 50 1 1', 't 60 3', 'e 90 1 1', 'i', 'r', 'e 10 1 1', 'x', 't 12', 'y'];

  it('people get segments, side channels, drops and damage with its place', async () => {
    const { code, out } = await saccade('inspect', file(...RECORDS), '--side', '1');
    expect(code).toBe(0);
    for (const line of [
      /side +trigger 2\n/,
      /segment +0: 2 events, 50 to 90 µs\n +segment +1: 1 events, 10 to 10 µs/,
      /note +1 events are marked as invalid/,
      /note +the camera's clock was reset 1 times/,
      /damage +byte 29: A record of kind "x"\. \(CORRUPT_DATA\)/,
      /damage +byte 37: A record of kind "y"/,
      /\n {2}\{"channel":"trigger","item":\{"tMicros":60/,
    ]) {
      expect(out).toMatch(line);
    }
    expect(out).not.toContain('"tMicros":12');
  });

  it('many faults are counted', async () => {
    const { out } = await saccade('inspect', file('e 1 1 1', ...Array.from({ length: 9 }, () => 'x')));
    expect(out.match(/damage/g)?.length).toBe(6);
    expect(out).toMatch(/damage +and 4 more/);
  });

  it('programs get all of the report', async () => {
    const { out } = await saccade('inspect', file(...RECORDS), '--json', '--side', '5');
    const found = JSON.parse(out) as Record<string, unknown>;
    expect(found).toMatchObject({
      format: 'TEST1',
      formatId: 'test',
      confidence: 'certain',
      bytes: 41,
      headerBytes: 5,
      headerLines: [],
      events: 3,
      resets: 1,
      backward: 0,
      faultCount: 2,
      faults: [
        { code: 'CORRUPT_DATA', byteOffset: 29 },
        { code: 'CORRUPT_DATA', byteOffset: 37 },
      ],
      datagrams: null,
      segments: [
        { segment: 0, events: 2, tFirst: 50, tLast: 90 },
        { segment: 1, events: 1, tFirst: 10, tLast: 10 },
      ],
    });
    expect(Object.keys(found['dropped'] as object)).toEqual([...DROP_REASONS]);
    expect(Object.keys(found['side'] as object)).toEqual([...SIDE_CHANNELS]);
    expect(found['sideItems']).toHaveLength(2);
  });

  it('every side item as a line of JSON', async () => {
    const { out } = await saccade('inspect', file(...RECORDS), '--side-lines');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { channel: 'trigger', item: { tMicros: 60, channel: 3, edge: 'rising' } },
      { channel: 'trigger', item: { tMicros: 12, channel: 0, edge: 'rising' } },
    ]);
  });

  it('--strict stops at the damage', async () => {
    expect(await saccade('inspect', file(...RECORDS), '--strict')).toMatchObject({
      code: 3,
      err: expect.stringContaining('CORRUPT_DATA'),
    });
  });
});

describe('RateHistogram', () => {
  it('lays segments end to end, however late they begin', () => {
    const rate = new RateHistogram();
    const at = (segment: number, ...times: number[]) =>
      rate.push({ ...batchFromTuples(times.map((t) => [t, 0, 0, 1])), segment });
    at(0, 5e9, 5e9 + 1, 5e9 + 2_000_000);
    at(1, 0, 1_000_000);
    expect(rate.spanMicros).toBe(3_000_000);
    const rates = rate.rates();
    expect(rates.length).toBeLessThanOrEqual(60);
    expect(rates.filter((value) => value > 0).length).toBe(3);
  });
});
