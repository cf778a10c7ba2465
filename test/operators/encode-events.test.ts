import { from, lastValueFrom, map, of, throwError, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { decodeEvents, encodeEvents } from '../../operators/index.ts';
import { batchFromTuples, concatBatches, type EventBatch } from '../../src/events/index.ts';
import {
  createEncoder,
  encoderNeedsPatches,
  findFormat,
  NpyDecoder,
  writableFormats,
  type BytePatch,
  type EventEncoder,
  type EventFormat,
} from '../../src/formats/index.ts';
import { digestOf } from '../helpers/digest.ts';

const scheduler = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const at = (...times: number[]): EventBatch =>
  batchFromTuples(
    times.map((t) => [t, 3, 4, 1]),
    { width: 128, height: 128 },
  );
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('encodeEvents', () => {
  it('a chunk for each batch that gives bytes, in its time; unsubscribes at the end', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-e-b-|', { a: at(1), e: at(), b: at(2, 3) });
      expectObservable(source.pipe(encodeEvents('atis40'), map(hex))).toBe('-x---y-|', {
        x: '0304800001',
        y: '03048000020304800003',
      });
      expectSubscriptions(source.subscriptions).toBe('^------!');
    });
  });

  it('an event that does not fit is an error of the stream, and the source is let go', () => {
    scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-c-|', { a: at(1), b: at(5, 2 ** 23), c: at(9) });
      const codes = source.pipe(encodeEvents('atis40'), map(hex));
      expectObservable(codes).toBe(
        '-x-#',
        { x: '0304800001' },
        expect.objectContaining({
          code: 'UNENCODABLE_EVENT',
          byteOffset: 10,
          message: expect.stringContaining('event 2 (t 8388608, x 3, y 4)'),
        }),
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('passes errors of the source on', () => {
    const failing = throwError(() => new Error('no')).pipe(encodeEvents('atis40'));
    return expect(lastValueFrom(failing)).rejects.toThrow('no');
  });

  it('hands patches over before it completes', async () => {
    const patches: readonly BytePatch[] = [{ byteOffset: 0, bytes: Uint8Array.of(7) }];
    const encoder: EventEncoder = {
      push: ({ length }) => Uint8Array.of(length),
      finish: () => Uint8Array.of(99),
      patches,
    };
    const format = { id: 'patched', createEncoder: () => encoder } as unknown as EventFormat;
    const log: unknown[] = [];
    await lastValueFrom(
      of(at(1, 2)).pipe(
        encodeEvents(format, { onPatches: (found) => log.push(found) }),
        map((bytes) => log.push([...bytes])),
      ),
    );
    expect(log).toEqual([[2], [99], patches]);
  });

  it.each(writableFormats().map(({ id }) => id))('%s: decodeEvents gives the events back', async (format) => {
    const batches = [at(1, 2, 3), at(), at(8)];
    const patches: BytePatch[] = [];
    const onPatches = (found: readonly BytePatch[]): unknown => patches.push(...found);
    const chunks = await lastValueFrom(from(batches).pipe(encodeEvents(format, { onPatches }), toArray()));
    const bytes = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
    for (const patch of patches) bytes.set(patch.bytes, patch.byteOffset);
    const decoded = await lastValueFrom(of(bytes).pipe(decodeEvents({ format }), toArray()));
    expect(digestOf(concatBatches(decoded))).toBe(digestOf(concatBatches(batches)));
  });

  it('what is no good recording without its patches needs somebody who applies them', async () => {
    expect(() => encodeEvents('npy')).toThrow(expect.objectContaining({ option: 'onPatches' }));
    expect(() => encodeEvents(findFormat('npy')!)).toThrow(expect.objectContaining({ option: 'onPatches' }));
    expect(() => encodeEvents('npy', { onPatches: () => undefined })).not.toThrow();
    const batches = [at(1, 2, 3), at(8)];
    const log: unknown[] = [];
    const stated = encodeEvents('npy', { events: 4, onPatches: (patches) => log.push(patches) });
    const chunks = await lastValueFrom(from(batches).pipe(stated, toArray()));
    expect(log).toEqual([]);
    const decoder = new NpyDecoder({ policy: 'strict' });
    const decoded = [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.finish()];
    expect(digestOf(concatBatches(decoded))).toBe(digestOf(concatBatches(batches)));
    expect(encoderNeedsPatches('npy')).toBe(true);
    for (const format of ['aedat4', 'dat', 'papyrus']) expect(encoderNeedsPatches(format)).toBe(false);
  });

  it('an unknown format is refused at once', () => {
    expect(() => encodeEvents('papyrus')).toThrow(
      expect.objectContaining({ option: 'format', message: expect.stringContaining('atis40') }),
    );
  });
});

describe('createEncoder', () => {
  it('takes the sensor size from the first batch, or from its option', () => {
    const davis = batchFromTuples([[1, 239, 179, 1]], { width: 240, height: 180 });
    const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
    expect(text(createEncoder('aedat2').push(davis))).toContain('DAVIS240');
    const option = { geometry: { width: 346, height: 260 } };
    expect(text(createEncoder('aedat2', option).push(davis))).toContain('Davis346');
    expect(text(createEncoder('aedat2', option).finish())).toContain('Davis346');
    expect(() =>
      createEncoder('aedat2').push(batchFromTuples([[1, 1, 1, 1]], { width: 9, height: 9 })),
    ).toThrow(expect.objectContaining({ option: 'geometry', message: expect.stringContaining('chip') }));
  });
});
