/**
 * `npm run test:recordings`: every recording beside the repository through `saccade inspect`, and through `saccade convert`
 * to every format that is written and back, with the reference digest. Some ten minutes.
 */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchOf, type EventBatch, type SensorGeometry } from '../../src/events/index.ts';
import { createDecoder, findFormat, writableFormats } from '../../src/formats/index.ts';
import { saccade } from '../helpers/cli.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { allExpectedRows, readShared, sharedPath, type ExpectedRow } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const CHIPS = [
  ['dvs128', 128, 128],
  ['davis240', 240, 180],
  ['davis346', 346, 260],
] as const;

/** Formats without a place for the sensor's size. */
const NO_SIZE = ['atis40', 'csv', 'npy', 'npz'];

/** A recording, and what must be known of it to say which formats can hold it. */
interface Recording {
  readonly row: ExpectedRow;
  readonly events: EventBatch;
  readonly formatId: string;
  /** What a caller must say because the recording does not. */
  readonly geometryArgs: readonly string[];
  /** Smallest sensor with all its events. */
  readonly extent: SensorGeometry;
}

function open(row: ExpectedRow): Recording {
  const { path: file, width, height } = row;
  const unstated = row.format === 'ATIS40' || file.includes('handmade');
  const geometry = unstated && width > 0 ? { width, height } : undefined;
  const decoder = createDecoder({ fileName: file, ...(geometry && { geometry }) });
  const events = decodeAll(decoder, readShared(file));
  const largest = (values: Uint16Array): number => values.reduce((most, value) => Math.max(most, value), 0);
  return {
    row,
    events,
    formatId: decoder.report.format,
    geometryArgs: geometry === undefined ? [] : ['--geometry', `${width}x${height}`],
    extent: { width: largest(events.x) + 1, height: largest(events.y) + 1 },
  };
}

/** What the target must be told, and whether it can hold the events with their times, or only with times from 0. */
function demands(
  target: string,
  { events, extent, geometryArgs }: Recording,
): { args: readonly string[]; holds: 'as it is' | 'from 0' | 'not at all' } {
  const { width, height } = extent;
  const first = events.t[0] ?? 0;
  const last = events.t.at(-1) ?? 0;
  const byTime = (limit: number): 'as it is' | 'from 0' | 'not at all' =>
    last < limit ? 'as it is' : last - first < limit ? 'from 0' : 'not at all';
  const plain = { args: geometryArgs, holds: 'as it is' } as const;
  switch (target) {
    case 'aedat2': {
      const chip = CHIPS.find(([, w, h]) => width <= w && height <= h)?.[0];
      if (chip === undefined) return { ...plain, holds: 'not at all' };
      return { args: [...geometryArgs, '--to-chip', chip], holds: byTime(2 ** 31) };
    }
    case 'atis40':
      return {
        ...plain,
        holds: width > 256 || height > 240 || events.length === 0 ? 'not at all' : byTime(2 ** 23),
      };
    case 'dat':
      return { ...plain, holds: first < 2 ** 32 ? 'as it is' : 'from 0' };
    case 'evt2':
    case 'evt21':
    case 'evt3':
    case 'mcap':
      return { ...plain, holds: byTime(2 ** 34) };
    case 'es': {
      const isStated = events.geometry !== null;
      const args = isStated ? geometryArgs : ['--geometry', `${width}x${height}`];
      return { args, holds: first < 2 ** 32 ? 'as it is' : 'from 0' };
    }
    default:
      return plain;
  }
}

function fromZero(events: EventBatch): EventBatch {
  const t = events.t.map((time) => time - events.t[0]!);
  return batchOf({ t, x: events.x, y: events.y, p: events.p }, events.length, events.geometry);
}

interface Converted {
  readonly events: number;
  readonly sha256: string;
}

async function convert(...args: string[]): Promise<Converted> {
  const { code, out, err } = await saccade('convert', ...args, '--verify', '--json');
  expect({ code, err }, args.join(' ')).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Converted;
}

/** The recording as the command line names it; a member of an archive in place, or extracted, which is faster. */
function locationOf({ path: file }: ExpectedRow, inPlace: boolean, folder: string): string {
  if (inPlace || !file.includes('!')) return sharedPath(file);
  const extracted = path.join(folder, path.basename(file.split('!')[1]!));
  writeFileSync(extracted, readShared(file));
  return extracted;
}

async function thereAndBack(
  recording: Recording,
  target: string,
  location: string,
  folder: string,
): Promise<void> {
  const { row, events, formatId, extent } = recording;
  const { args, holds } = demands(target, recording);
  const there = path.join(folder, 'there');
  const back = path.join(folder, 'back');
  const first = [location, there, '--to', target, ...args];
  if (holds !== 'as it is') {
    const { code, err } = await saccade('convert', ...first);
    expect({ code, path: row.path }).toEqual({ code: err.includes('OPTION') ? 2 : 3, path: row.path });
    if (holds === 'not at all') return;
    first.push('--rebase-time');
  }
  const kept = holds === 'as it is' ? events : fromZero(events);
  const wanted: Converted = { events: events.length, sha256: digestOf(kept) };
  if (holds === 'as it is') expect(wanted.sha256).toBe(row.sha256);
  expect(await convert(...first), row.path).toMatchObject(wanted);
  const own = findFormat(formatId)!.createEncoder === undefined ? 'aedat2' : formatId;
  const geometry = NO_SIZE.includes(target) ? null : extent;
  const backArgs = demands(own, { ...recording, geometryArgs: [], events: { ...kept, geometry } }).args;
  expect(await convert(there, back, '--format', target, '--to', own, ...backArgs), row.path).toMatchObject(
    wanted,
  );
  rmSync(there);
  rmSync(back);
}

const targets = writableFormats().map(({ id }) => id);
const rows = allExpectedRows();
const formats = [...new Set(rows.map(({ format }) => format))];

describe.skipIf(rows.length === 0).each(formats)('%s', (format) => {
  const recordings = rows.filter((row) => row.format === format);

  it(`inspect gives the reference decode of ${recordings.length} recordings`, async () => {
    for (const row of recordings) {
      const { path: file, ...expected } = row;
      const { geometryArgs } = open(row);
      const args = [sharedPath(file), ...geometryArgs, '--json', '--digest'];
      const { code, out } = await saccade('inspect', ...args);
      expect(code, file).toBe(0);
      expect(JSON.parse(out), file).toMatchObject(expected);
    }
  });

  it.each(targets)('convert to %s and back', async (target) => {
    const folder = temporaryFolder();
    const turn = targets.indexOf(target);
    for (const [i, row] of recordings.entries()) {
      const location = locationOf(row, i % targets.length === turn, folder);
      await thereAndBack(open(row), target, location, folder);
    }
  });
});
