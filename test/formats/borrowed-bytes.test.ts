import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, concatBatches, encodeCanonicalRecords } from '../../src/events/index.ts';
import {
  Aedat2Decoder,
  Aedat4Decoder,
  Aedat4Encoder,
  createDecoder,
  detectFormat,
  EsDecoder,
  EventFormatError,
  findFormat,
  type CameraFrame,
  type DecoderOptions,
  type EventDecoder,
  type PayloadEvent,
} from '../../src/formats/index.ts';
import { readNpzFrames, writeNpzFrames } from '../../datasets/npz.ts';
import type { ContractSample } from '../helpers/format-contract.ts';
import { cut, giveAway, lendFrom, outcomeOf, type Lender } from '../helpers/lending.ts';
import { joinBytes } from '../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../helpers/shared-data.ts';
import { manyStreams } from './aedat4/samples.ts';
import { generic } from './es/samples.ts';
import { datagramSamples } from './network/samples.ts';
import { formatSamples } from './samples.ts';

const LARGEST_PIECE = 200_000;

/** A Buffer somewhere in its pool, as Node.js hands them out, and what a program may do to it. */
function lenders(other: Uint8Array): [name: string, lend: Lender][] {
  const pool = (): Buffer => Buffer.from(new ArrayBuffer(LARGEST_PIECE + 64), 5, LARGEST_PIECE + 16);
  class OwnBytes extends Uint8Array {}
  return [
    ['a Buffer, then 0xAA', lendFrom(pool(), (room) => room.fill(0xaa))],
    [
      'a Buffer, then another recording',
      lendFrom(pool(), (room) => {
        for (let at = 0; at < 8192; at += other.length) room.set(other.subarray(0, 8192 - at), at);
      }),
    ],
    ['a Uint8Array, then 0', lendFrom(new Uint8Array(LARGEST_PIECE + 16), (room) => room.fill(0))],
    ['a class of its own, then 0', lendFrom(new OwnBytes(LARGEST_PIECE + 16), (room) => room.fill(0))],
  ];
}

const field = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(import.meta.dirname, '../field-cases', name)));

/** A DAVIS recording behind 160 kB of preferences. */
const longHeader = ((): Uint8Array => {
  let header = '#!AER-DAT2.0\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n';
  for (let k = 0; header.length < 160_000; k++)
    header += `# <entry key="setting.${k}" value="${'7'.repeat(k % 97)}"/>\r\n`;
  const events = Buffer.alloc(8 * 20_000);
  for (let i = 0; i < 20_000; i++) {
    events.writeUInt32BE((((i % 180) << 22) | ((i % 240) << 12) | ((i & 1) << 11)) >>> 0, 8 * i);
    events.writeUInt32BE(10 * i, 8 * i + 4);
  }
  return joinBytes(new TextEncoder().encode(header), new Uint8Array(events));
})();

const SAMPLES: readonly ContractSample[] = [
  ...formatSamples,
  ...(['none', 'zstd'] as const).map((compression) => ({
    name: `AEDAT 4.0 of many streams, ${compression}`,
    bytes: manyStreams(compression),
    open: (options: DecoderOptions): EventDecoder => new Aedat4Decoder(options),
  })),
  {
    name: 'AEDAT 4.0 with a frame of 16 bits',
    bytes: field('frame16/frame_u16.aedat4'),
    open: (options) => new Aedat4Decoder(options),
  },
];

describe('bytes may be used again after a push', () => {
  it.each(SAMPLES)('$name', ({ bytes, open }) => {
    for (const size of [1, 3, 16, 100, Infinity]) {
      const pieces = cut(bytes, Math.min(size, bytes.length));
      const expected = outcomeOf(open, pieces, giveAway);
      for (const [name, lend] of lenders(bytes))
        expect(outcomeOf(open, pieces, lend), `${name}, in pieces of ${size}`).toEqual(expected);
    }
  });

  it.each(SAMPLES)('$name, its format told by its content', ({ bytes }) => {
    const open = (options: DecoderOptions): EventDecoder => createDecoder({ fileName: 'a.csv', ...options });
    for (const size of [7, 100, Infinity]) {
      const pieces = cut(bytes, Math.min(size, bytes.length));
      const expected = outcomeOf(open, pieces, giveAway);
      for (const [name, lend] of lenders(bytes))
        expect(outcomeOf(open, pieces, lend), `${name}, in pieces of ${size}`).toEqual(expected);
    }
  });

  it.each(datagramSamples)('$name, datagrams', ({ datagrams, open }) => {
    const expected = outcomeOf(open, datagrams, giveAway);
    for (const [name, lend] of lenders(datagrams[0]!))
      expect(outcomeOf(open, datagrams, lend), name).toEqual(expected);
  });

  it('a header of 160 kB read into 64 KiB', () => {
    const pieces = cut(longHeader, 65_536);
    const expected = outcomeOf(() => createDecoder({ fileName: 'x.aedat' }), pieces, giveAway);
    expect(expected.report).toMatchObject({ events: 20_000, tFirst: 0, backwardSteps: 0, faultCount: 0 });
    for (const [name, lend] of lenders(longHeader))
      expect(
        outcomeOf(() => createDecoder({ fileName: 'x.aedat' }), pieces, lend),
        name,
      ).toEqual(expected);
  });

  it.skipIf(!hasSharedData)('real recordings behind long headers', () => {
    for (const [file, events] of [
      ['aedat2-davis/IMU_rotDisk.aedat', 374_296],
      ['aedat2-davis/s1-bbaf3s.aedat', 91_181],
    ] as const) {
      const bytes = readShared(file);
      const lend = lendFrom(Buffer.alloc(65_600), (room) => room.fill(0xaa));
      const { report } = outcomeOf((options) => createDecoder(options), cut(bytes, 65_536), lend);
      expect(report.events).toBe(events);
    }
  });
});

describe('what side channels hand out is their own', () => {
  const fromPool = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes);

  it('pixels of 16 bits: as many as the frame has', () => {
    const frames: CameraFrame[] = [];
    const decoder = new Aedat4Decoder({ sideChannels: { frame: (frame) => frames.push(frame) } });
    const lent = fromPool(field('frame16/frame_u16.aedat4'));
    decoder.push(lent);
    lent.fill(0);
    expect(frames[0]?.pixels).toEqual(Uint16Array.of(256, 512, 768, 1024));
    expect(frames[0]?.pixels.buffer.byteLength).toBe(8);
  });

  it('pixels of 8 bits, and payloads: plain arrays over memory of their own', () => {
    const frames: CameraFrame[] = [];
    new Aedat4Decoder({ sideChannels: { frame: (frame) => frames.push(frame) } }).push(
      fromPool(manyStreams('none')),
    );
    expect(frames[0]?.pixels).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(frames[0]?.pixels.buffer.byteLength).toBe(6);
    const payloads: PayloadEvent[] = [];
    new EsDecoder({ sideChannels: { payload: (payload) => payloads.push(payload) } }).push(fromPool(generic));
    expect(payloads.length).toBeGreaterThan(1);
    for (const { bytes } of payloads) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }
  });

  it('frames of a data set in a NumPy archive', () => {
    const counts = Uint8Array.from({ length: 2 * 2 * 3 * 3 }, (_, i) => i);
    const file = Buffer.from(writeNpzFrames(counts, [2, 2, 3, 3], 'uint8'));
    const { data } = readNpzFrames(file, 'a.npz');
    file.fill(0);
    expect(data).toEqual(counts);
  });
});

describe('detection', () => {
  it('tells the same of a Buffer', () => {
    for (const { bytes } of formatSamples) {
      const told = (head: Uint8Array): unknown => {
        try {
          return detectFormat(head, { fileName: 'a.bin' });
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(told(Buffer.from(bytes))).toEqual(told(bytes));
    }
  });

  it('of what is no view of bytes is refused: an ArrayBuffer would pass for an empty recording', () => {
    const buffer = new ArrayBuffer(8) as unknown as Uint8Array;
    for (const call of [
      () => detectFormat(buffer),
      () => createDecoder().push(buffer),
      () => new Aedat2Decoder().push(buffer),
    ])
      expect(call).toThrow(expect.objectContaining({ option: 'bytes' }));
  });
});

it('createDecoder loses no good event of a short recording under the policy strict', () => {
  let failed = 0;
  for (const { bytes } of formatSamples) {
    for (let length = 1; length <= bytes.length; length += 1 + Math.floor(bytes.length / 60)) {
      const short = bytes.subarray(0, length);
      const detecting = (options: DecoderOptions): EventDecoder =>
        createDecoder({ ...options, unpack: false });
      const told = outcomeOf(detecting, [short], giveAway, 'strict');
      const format = findFormat(told.report.format);
      if (format === undefined) continue;
      const direct = outcomeOf(
        (options) => format.createDecoder({ ...options }),
        [short],
        giveAway,
        'strict',
      );
      expect(told).toEqual(direct);
      if (told.code !== null && told.events.length > 0) failed++;
    }
  }
  expect(failed).toBeGreaterThan(50);
  const whole = new Aedat4Encoder().push(batchFromTuples([[1, 2, 3, 1]], { width: 8, height: 8 }));
  const decoder = createDecoder({ policy: 'strict' });
  decoder.push(joinBytes(whole, Uint8Array.of(0, 0, 0, 0, 9)));
  try {
    decoder.finish();
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(EventFormatError);
    expect(encodeCanonicalRecords(concatBatches((error as EventFormatError).events)).length).toBe(13);
  }
});
