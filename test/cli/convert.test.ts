import { linkSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEntry } from '../../datasets/index.ts';
import { convertRecording } from '../../src/cli/convert-recording.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import {
  createDecoder,
  createEncoder,
  eventFormats,
  writableFormats,
  type CreateDecoderOptions,
  type EventFormat,
} from '../../src/formats/index.ts';
import { saccade } from '../helpers/cli.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { testFile, testFormat } from '../helpers/resetting-format.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { expectedRows, hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const sensor = { width: 128, height: 128 };
const events = batchFromTuples(
  Array.from({ length: 3000 }, (_, i) => [100 + 7 * i, (5 * i) % 128, (11 * i) % 128, i % 2] as const),
  sensor,
);
const writable = writableFormats().map(({ id }) => id);

function fileOf(folder: string, format: string, batch: EventBatch = events): string {
  const location = path.join(folder, `input-${format}${extension(format)}`);
  writeFileSync(location, encodeAll(createEncoder(format, { geometry: sensor }), batch));
  return location;
}

function extension(format: string): string {
  return eventFormats.find(({ id }) => id === format)!.extensions[0]!;
}

function decodeFile(file: string, options: CreateDecoderOptions = {}): EventBatch {
  return decodeAll(createDecoder({ fileName: file, ...options }), new Uint8Array(readFileSync(file)));
}

describe('convert', () => {
  it.each(writable.flatMap((from) => writable.map((to) => [from, to] as const)))(
    '%s to %s keeps every event',
    async (from, to) => {
      const folder = temporaryFolder();
      const input = fileOf(folder, from);
      const output = path.join(folder, `out${extension(to)}`);
      const args = ['--format', from, '--to', to, '--geometry', '128x128', '--verify', '--json'];
      const { code, out, err } = await saccade('convert', input, output, ...args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(digestOf(decodeFile(output, { format: to }))).toBe(digestOf(events));
      expect(JSON.parse(out)).toMatchObject({
        from,
        to,
        events: 3000,
        bytes: readFileSync(output).length,
        sha256: digestOf(events),
        geometry: sensor,
      });
      expect(readdirSync(folder).sort()).toEqual([path.basename(input), path.basename(output)].sort());
    },
  );

  it.skipIf(!hasSharedData)('a real recording with a large header, through DAT and back', async () => {
    const [row] = expectedRows('AEDAT2.0').filter(({ width }) => width === 128);
    const folder = temporaryFolder();
    const [dat, aedat] = [path.join(folder, 'a.dat'), path.join(folder, 'b.aedat')];
    const there = await saccade('convert', sharedPath(row!.path), dat, '--to', 'dat');
    expect(there).toMatchObject({ code: 0, out: expect.stringMatching(/lost +\d+ header lines/) });
    expect(await saccade('convert', dat, aedat, '--to', 'aedat2')).toMatchObject({ code: 0 });
    const { out } = await saccade('inspect', aedat, '--digest', '--json');
    expect(JSON.parse(out)).toMatchObject({ sha256: row!.sha256, width: 128, height: 128 });
  });

  it('a member of an archive, times from 0, and a sensor size that the output does not state', async () => {
    const folder = temporaryFolder();
    const archive = path.join(folder, 'all.zip');
    writeFileSync(archive, zipSync({ 'a/one.aedat': encodeAll(createEncoder('aedat2'), events) }));
    const output = path.join(folder, 'one.bin');
    const { code, out } = await saccade('convert', `${archive}!a/one.aedat`, output, '--rebase-time');
    expect(code).toBe(0);
    expect(out).toMatch(/3,000 events, 15,000 bytes, ATIS 40-bit/);
    expect(out).toMatch(/time +100 µs subtracted/);
    expect(out).toMatch(/lost +the sensor size.*--geometry 128x128/);
    expect([...decodeFile(output).t]).toEqual([...events.t.map((t) => t - 100)]);
    expect(
      await saccade('convert', `${archive}!a/one.aedat`, archive, '--to', 'dat', '--force'),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining('is the input itself'),
    });
  });

  it('options of the encoder reach it, and only it', async () => {
    const folder = temporaryFolder();
    const input = fileOf(folder, 'aedat2');
    const output = path.join(folder, 'one.dat');
    const first = ['convert', input, output, '--to', 'dat'];
    expect(await saccade(...first, '--to-dat-version', '1')).toMatchObject({ code: 0 });
    expect(readFileSync(output, 'latin1')).toMatch(/^% .*\n% Version 1\n/);
    expect(await saccade(...first, '--force', '--to-chip', 'dvs128')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--to-chip is for aedat2; the output is .*\(dat\)/),
    });
    expect(await saccade(...first, '--to-dat-version', '3')).toMatchObject({ code: 2 });
  });

  it('what other programs will not make of the output is said', async () => {
    const folder = temporaryFolder();
    const late = fileOf(folder, 'aedat2', batchFromTuples([[913e6, 1, 1, 1]], sensor));
    const output = path.join(folder, 'late.raw');
    const run = (...flags: string[]) => saccade('convert', late, output, '--to', 'evt3', '--force', ...flags);
    expect(await run()).toMatchObject({ code: 0, out: expect.stringMatching(/\n {2}note +EVT3 .*OpenEB/) });
    expect(await run('--rebase-time')).toMatchObject({ out: expect.not.stringContaining('OpenEB') });
    const { out } = await run('--json');
    expect(JSON.parse(out)).toMatchObject({ notes: [expect.stringContaining('896 s')] });
  });

  it('an event that the target cannot hold: exit code 3, which one, what to do, no file', async () => {
    const folder = temporaryFolder();
    const late = batchFromTuples([[2 ** 23 - 1, 1, 1, 1], [2 ** 23, 5, 6, 1]], sensor); // prettier-ignore
    const input = fileOf(folder, 'aedat2', late);
    const output = path.join(folder, 'out.bin');
    expect(await saccade('convert', input, output)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/UNENCODABLE_EVENT: .*event 1 \(t 8388608, x 5, y 6\).*--rebase-time/),
    });
    expect(readdirSync(folder)).toEqual([path.basename(input)]);
    expect(await saccade('convert', input, output, '--rebase-time')).toMatchObject({ code: 0 });
  });

  it('never writes over its input or, without --force, over anything', async () => {
    const folder = temporaryFolder();
    const input = fileOf(folder, 'aedat2');
    const bytes = readFileSync(input);
    symlinkSync(input, path.join(folder, 'link.dat'));
    linkSync(input, path.join(folder, 'hard.dat'));
    for (const output of [input, path.join(folder, 'link.dat'), path.join(folder, 'hard.dat')]) {
      expect(await saccade('convert', input, output, '--to', 'dat', '--force')).toMatchObject({
        code: 2,
        err: expect.stringContaining('is the input itself'),
      });
    }
    const other = path.join(folder, 'there.dat');
    writeFileSync(other, 'precious');
    expect(await saccade('convert', input, other, '--to', 'dat')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--force'),
    });
    expect(readFileSync(other, 'utf8')).toBe('precious');
    expect(await saccade('convert', input, folder, '--to', 'dat', '--force')).toMatchObject({ code: 2 });
    expect(await saccade('convert', input, other, '--to', 'dat', '--force')).toMatchObject({ code: 0 });
    expect(decodeFile(other, { format: 'dat' }).length).toBe(3000);
    expect(readFileSync(input)).toEqual(bytes);
  });

  it('Ctrl-C: exit code 130, and nothing is left', async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'long.bin');
    const chunk = encodeAll(createEncoder('atis40'), events);
    writeFileSync(input, Buffer.concat(Array.from({ length: 500 }, () => chunk)));
    const running = saccade('convert', input, path.join(folder, 'out.csv'));
    while (!readdirSync(folder).some((name) => name.endsWith('.part'))) await setImmediate();
    process.emit('SIGINT');
    expect(await running).toMatchObject({
      code: 130,
      out: '',
      err: expect.stringContaining('was not written'),
    });
    expect(readdirSync(folder)).toEqual(['long.bin']);
  });

  it('the extension names the format, or the user is asked', async () => {
    const folder = temporaryFolder();
    const input = fileOf(folder, 'aedat2');
    expect(await saccade('convert', input, path.join(folder, 'out.bs2'))).toMatchObject({ code: 0 });
    const { code, err } = await saccade('convert', input, path.join(folder, 'out.xyz'));
    expect(code).toBe(2);
    for (const id of writable) expect(err).toContain(id);
  });

  it('what cannot be read or written leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'story.aedat');
    writeFileSync(input, 'Once upon a time');
    const output = path.join(folder, 'out.dat');
    expect(await saccade('convert', input, output, '--to', 'dat')).toMatchObject({ code: 3 });
    writeFileSync(input, encodeAll(createEncoder('aedat2'), events).subarray(0, -3));
    expect(await saccade('convert', input, output, '--to', 'dat', '--strict')).toMatchObject({
      code: 3,
      err: expect.stringContaining('TRUNCATED'),
    });
    expect(await saccade('convert', input, path.join(folder, 'no', 'out.dat'), '--to', 'dat')).toMatchObject({
      code: 3,
      err: expect.stringContaining('ENOENT'),
    });
    expect(readdirSync(folder)).toEqual(['story.aedat']);
    const { code, out } = await saccade('convert', input, output, '--to', 'dat');
    expect(code).toBe(0);
    expect(out).toMatch(/2,999 events/);
    expect(out).toMatch(/damage +byte [\d,]+: .*\(TRUNCATED\)/);
  });

  it('no events and no header make no file', async () => {
    const folder = temporaryFolder();
    const input = fileOf(folder, 'aedat2', batchFromTuples([]));
    expect(await saccade('convert', input, path.join(folder, 'out.bin'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('NO_EVENTS'),
    });
    expect(await saccade('convert', input, path.join(folder, 'out.dat'), '--to', 'dat')).toMatchObject({
      code: 0,
    });
    expect(readdirSync(folder).sort()).toEqual([path.basename(input), 'out.dat']);
  });

  it('an interrupted write leaves no file, and the one that was there', async () => {
    const folder = temporaryFolder();
    const input = fileOf(folder, 'aedat2');
    const output = path.join(folder, 'out.dat');
    writeFileSync(output, 'precious');
    const abort = new AbortController();
    const work = convertRecording({
      input: await openEntry(input),
      output,
      to: 'dat',
      keepFormat: false,
      decoding: {},
      encoding: () => ({}),
      rebaseTime: false,
      filters: [],
      force: true,
      verify: false,
      signal: abort.signal,
      onPiece: () => {
        expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toHaveLength(1);
        abort.abort(new Interrupted('stop'));
      },
    });
    await expect(work).rejects.toThrow(Interrupted);
    expect(readdirSync(folder).sort()).toEqual([path.basename(input), 'out.dat']);
    expect(readFileSync(output, 'utf8')).toBe('precious');
  });
});

it('reads on only when what was read is written', async () => {
  const folder = temporaryFolder();
  const output = path.join(folder, 'out.dat');
  const chunk = encodeAll(
    createEncoder('atis40'),
    batchFromTuples(Array.from({ length: 200_000 }, (_, i) => [i, 1, 2, 1] as const)),
  );
  const written: number[] = [];
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 8; i++) {
      const part = readdirSync(folder).find((name) => name.endsWith('.part'));
      if (part !== undefined) written.push(statSync(path.join(folder, part)).size);
      yield chunk;
    }
  }
  const input = { id: 'long.bin', location: 'long.bin', bytes: 8 * chunk.length, open };
  const job = { keepFormat: false, rebaseTime: false, filters: [], force: false, verify: false };
  await convertRecording({
    ...job,
    input,
    output,
    to: 'dat',
    decoding: { format: 'atis40' },
    encoding: () => ({}),
  });
  // 8 bytes an event; up to a mebibyte may wait for company.
  expect(written.length).toBe(8);
  written.forEach((size, i) => {
    expect(size).toBeGreaterThan(8 * 200_000 * i - 2 ** 20);
  });
  expect(statSync(output).size).toBeGreaterThan(8 * 200_000 * 8);
});

describe('with side channels, clock resets and patches', () => {
  beforeAll(() => {
    (eventFormats as unknown as EventFormat[]).push(testFormat);
  });
  afterAll(() => {
    (eventFormats as unknown as EventFormat[]).pop();
  });
  const RECORDS = ['e 50 1 1', 't 60 3', 'e 90 2 2', 'r', 'e 10 3 3', 'x', 'e 30 4 4'];

  it('says what is not carried over, and rebases each segment', async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'a.test');
    writeFileSync(input, testFile(...RECORDS));
    const output = path.join(folder, 'out.bin');
    const { out } = await saccade('convert', input, output, '--rebase-time');
    expect(out).toMatch(/lost +trigger 1: only pixel events are written/);
    expect(out).toMatch(/note +the camera's clock was reset 1 times/);
    expect(out).toMatch(/time +10 µs subtracted in the last time segment/);
    expect(out).toMatch(/damage +byte 25/);
    expect([...decodeFile(output, { format: 'atis40' }).t]).toEqual([0, 40, 0, 20]);
    const second = await saccade('cut', input, path.join(folder, 'second.bin'), '--segment', '1');
    expect(second.out).toMatch(/kept +2 of 4 events; left out 2 of other time segments/);
  });

  it('applies patches', async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'a.test');
    writeFileSync(input, testFile(...RECORDS));
    const output = path.join(folder, 'b.test');
    expect(await saccade('convert', input, output, '--verify')).toMatchObject({ code: 0 });
    expect(readFileSync(output)[4]).toBe(4);
  });
});
