import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventBatch } from '../../../src/events/index.ts';
import {
  Aedat4Decoder,
  Aedat4Encoder,
  DvTcpDecoder,
  type CameraFrame,
  type ImuSample,
  type SpecialEvent,
} from '../../../src/formats/index.ts';
import { AEDAT4_CODECS } from '../../../src/formats/aedat4/codec/codec.ts';
import { ioHeaderBytes } from '../../../src/formats/aedat4/io-header.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { expectedRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';
import {
  AEDAT4_EVENTS,
  aedat4File,
  aedat4Samples,
  eventsPayload,
  jaerFile,
  manyStreams,
  packet,
  START,
} from './samples.ts';
import { framePayload, streamsXml } from './side-packets.ts';

const MAGIC_BYTES = 14;

describe.skipIf(!hasSharedData)('the reference decode', () => {
  referenceDecode(['LZ4', 'LZ4_HIGH', 'NONE', 'ZSTD', 'ZSTD_HIGH'].map((name) => `AEDAT4.0/${name}`));

  it('frames, samples and triggers of a DAVIS346', () => {
    const frames: CameraFrame[] = [];
    const samples: ImuSample[] = [];
    const marks: SpecialEvent[] = [];
    const decoder = new Aedat4Decoder({
      sideChannels: {
        frame: (frame) => frames.push(frame),
        imu: (sample) => samples.push(sample),
        special: (mark) => marks.push(mark),
      },
    });
    decodeAll(decoder, readShared('aedat4/davis346.aedat4'), [10_007]);
    const sum = ({ pixels }: CameraFrame): number =>
      Array.from(pixels).reduce((total, value) => total + value, 0);
    expect(frames.map(sum)).toEqual([6949660, 6883041, 6961512, 6941188]);
    expect(frames[0]).toMatchObject({
      tMicros: 1589163147365215,
      size: { width: 346, height: 260 },
      channels: 1,
    });
    expect(samples.length).toBe(160);
    expect(samples[0]!.tMicros).toBe(1589163147369190);
    expect(samples[0]!.temperatureCelsius).toBeCloseTo(28.5179, 4);
    samples[0]!.accelerationG!.forEach((value, i) => {
      expect(value).toBeCloseTo([0.02759, -0.99512, 0.25903][i]!, 5);
    });
    expect(marks.length).toBe(17);
    expect(marks.slice(0, 4).map(({ tMicros, kind }) => [tMicros % 1_000_000, kind])).toEqual([
      [374647, 'frame-end'],
      [395806, 'frame-start'],
      [404965, 'exposure-start'],
      [405465, 'exposure-end'],
    ]);
    expect(decoder.report.side).toMatchObject({ frame: 4, imu: 160, special: 17 });
  });

  it('a file without its table, cut inside a packet', () => {
    const rows = expectedRows('AEDAT4.0/LZ4').filter(({ path }) => path.includes('midpacket'));
    expect(rows.length).toBe(1);
    const decoder = new Aedat4Decoder();
    decodeAll(decoder, readShared(rows[0]!.path));
    expect(decoder.report.truncatedAt).toBe(424711);
  });
});

formatContract(aedat4Samples);

describe('decode(encode(events)) = events', () => {
  it.each(['none', 'lz4', 'lz4-high', 'zstd', 'zstd-high'] as const)('%s', (compression) => {
    expectRoundTrip({
      limits: {
        geometry: { width: 32_768, height: 32_768 },
        minTime: -(2 ** 40),
        maxTime: Number.MAX_SAFE_INTEGER,
        backward: true,
      },
      encoder: () => new Aedat4Encoder({ compression }),
      numRuns: 40,
    });
  });

  it('in packets of many sizes, and without the patch too', () => {
    const many = batchFromTuples(
      Array.from({ length: 20_000 }, (_, i) => [3 * i, (i * 7919) % 640, (i >> 5) % 480, i % 2] as const),
      { width: 640, height: 480 },
    );
    const encoder = new Aedat4Encoder();
    const unpatched = joinBytes(encoder.push(many), encoder.push(AEDAT4_EVENTS));
    for (const file of [encodeAll(new Aedat4Encoder(), many, AEDAT4_EVENTS), unpatched]) {
      const decoder = new Aedat4Decoder({ policy: 'strict', geometry: { width: 640, height: 480 } });
      expect(decodeAll(decoder, file, [777]).length).toBe(20_020);
    }
  });
});

it.each(['none', 'lz4', 'zstd'] as const)('a table without a known place is no damage, %s', (compression) => {
  const encoder = new Aedat4Encoder({ compression });
  const file = joinBytes(encoder.push(AEDAT4_EVENTS), encoder.finish());
  for (const chunk of [1, 7, Infinity]) {
    const decoder = new Aedat4Decoder({ policy: 'strict' });
    expect(decodeAll(decoder, file, [chunk]).length).toBe(20);
    expect(decoder.report).toMatchObject({ faultCount: 0, truncatedBytes: 0 });
  }
});

describe('several cameras', () => {
  const two = manyStreams('none');

  it('the first declared one is decoded, the others are counted', () => {
    const decoder = new Aedat4Decoder({ policy: 'strict' });
    expect(decodeAll(decoder, two).length).toBe(40);
    expect(decoder.report.dropped['other-stream']).toBe(20);
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
  });

  it('any one by its number', () => {
    const decoder = new Aedat4Decoder({ policy: 'strict', stream: 1 });
    expect(decodeAll(decoder, two).length).toBe(14);
    expect(decoder.geometry).toEqual({ width: 96, height: 260 });
    expect(decoder.report.dropped['other-stream']).toBe(40);
  });

  it('without a declaration the first that comes', () => {
    const payload = eventsPayload(AEDAT4_EVENTS);
    const file = joinBytes(ioHeaderBytes('none', ''), packet(7, payload), packet(3, payload));
    const decoder = new Aedat4Decoder({ policy: 'strict' });
    expect(decodeAll(decoder, file).length).toBe(20);
    expect(decoder.report.dropped['other-stream']).toBe(20);
  });
});

describe('side channels', () => {
  it.each(['none', 'lz4', 'zstd'] as const)('frames, samples, triggers and marks, %s', (compression) => {
    const frames: CameraFrame[] = [];
    const rest: unknown[] = [];
    const decoder = new Aedat4Decoder({
      policy: 'strict',
      sideChannels: {
        frame: (frame) => frames.push(frame),
        imu: (sample) => rest.push(sample),
        trigger: (trigger) => rest.push(trigger),
        special: (mark) => rest.push(mark),
      },
    });
    decodeAll(decoder, manyStreams(compression), [17]);
    expect(frames).toEqual([
      {
        tMicros: START,
        startMicros: null,
        endMicros: null,
        exposureStartMicros: START + 10,
        exposureEndMicros: START + 20,
        x: 5,
        y: 6,
        size: { width: 3, height: 2 },
        channels: 1,
        pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
      },
    ]);
    expect(rest).toEqual([
      {
        tMicros: START + 1,
        temperatureCelsius: 30,
        accelerationG: [0.5, -1, 0.25],
        angularVelocityDps: [1, 2, 3],
        magneticFieldMicrotesla: [4, 5, 6],
      },
      { tMicros: START + 2, channel: 0, edge: 'rising' },
      { tMicros: START + 3, channel: 1, edge: 'falling' },
      { tMicros: START + 4, kind: 'timestamp-reset', data: 0 },
      { tMicros: START + 5, kind: 'exposure-start', data: 8 },
    ]);
    expect(decoder.report.side).toMatchObject({ frame: 1, imu: 1, trigger: 2, special: 2 });
  });

  it('frames of 16 bits and of several channels', () => {
    const frames: CameraFrame[] = [];
    const file = joinBytes(
      ioHeaderBytes('none', streamsXml('FRME')),
      packet(0, framePayload({ t: 1, format: 2, size: [2, 1], pixels: [1, 2, 3, 4] })),
      packet(0, framePayload({ t: 2, format: 16, size: [1, 2], pixels: [1, 2, 3, 4, 5, 6] })),
    );
    const sideChannels = { frame: (frame: CameraFrame): unknown => frames.push(frame) };
    decodeAll(new Aedat4Decoder({ policy: 'strict', sideChannels }), file);
    expect(frames).toMatchObject([
      { channels: 1, pixels: Uint16Array.of(0x201, 0x403) },
      { channels: 3, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    ]);
  });

  it.each([
    ['of an unknown format', { t: 1, format: 5, size: [1, 1], pixels: [1] }],
    ['with fewer pixels than its size says', { t: 1, format: 0, size: [100, 100], pixels: [1] }],
    ['of a negative size', { t: 1, format: 0, size: [-1, -1], pixels: [1] }],
  ] as const)('a frame %s is left out, what follows is read', (_, fields) => {
    const decoder = new Aedat4Decoder({ sideChannels: { frame: () => expect.unreachable() } });
    const file = joinBytes(
      ioHeaderBytes('none', streamsXml('EVTS', 'FRME')),
      packet(1, framePayload(fields)),
      packet(0, eventsPayload(AEDAT4_EVENTS)),
    );
    expect(decodeAll(decoder, file).length).toBe(20);
    expect(decoder.report.faults).toMatchObject([{ code: 'CORRUPT_DATA' }]);
  });

  it('nobody listening: the packets are not even opened', () => {
    const header = ioHeaderBytes('lz4', streamsXml('EVTS', 'FRME'));
    const decoder = new Aedat4Decoder({ policy: 'strict' });
    decodeAll(decoder, joinBytes(header, packet(1, new Uint8Array(1000).fill(0xff))));
    expect(decoder.report.faultCount).toBe(0);
  });
});

describe('damage', () => {
  const xml = (text: string): Uint8Array => ioHeaderBytes('none', text);

  it.each([
    ['XML with a document type', xml('<!DOCTYPE a [<!ENTITY b "c">]><dv>&b;</dv>')],
    ['XML with unknown entities', xml('<dv>&bomb;</dv>')],
    ['XML that ends early', xml('<dv><node>')],
    ['XML without end', xml('<node>'.repeat(1000))],
    ['another first line', new TextEncoder().encode('#!AER-DAT4.1\r\n......')],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeAll(new Aedat4Decoder(), bytes)).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER' }),
    );
  });

  it('a header of 4 GB is not waited for', () => {
    const bytes = joinBytes(
      new TextEncoder().encode('#!AER-DAT4.0\r\n'),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff),
    );
    expect(() => decodeAll(new Aedat4Decoder(), bytes)).toThrow(
      expect.objectContaining({ code: 'HEADER_TOO_LARGE' }),
    );
  });

  it('a packet larger than the limit is left out, what follows is read', () => {
    const body = new Uint8Array(1000);
    const file = joinBytes(xml(''), packet(3, body), payloadOfOne());
    const decoder = new Aedat4Decoder({ maxPacketBytes: 500 });
    expect(decodeAll(decoder, file, [13]).length).toBe(1);
    expect(decoder.report.faults[0]).toMatchObject({ code: 'TOO_LARGE' });
  });

  it('a bomb stops at the limit', () => {
    const zeros = new Uint8Array(20_000_000);
    for (const compression of ['lz4', 'zstd'] as const) {
      const bomb = AEDAT4_CODECS[compression].compress(zeros);
      const file = joinBytes(ioHeaderBytes(compression, ''), packet(0, bomb));
      const decoder = new Aedat4Decoder({ maxPacketBytes: 19_000_000 });
      decodeAll(decoder, file);
      expect(decoder.report.faults[0]).toMatchObject({
        code: 'TOO_LARGE',
        message: expect.stringMatching(/more than 19000000 bytes. Raise maxPacketBytes/),
      });
    }
  });

  it('an impossible size ends the packets, and keeps what was good', () => {
    const file = joinBytes(xml(''), payloadOfOne(), packet(0, new Uint8Array(4), -5), payloadOfOne());
    const decoder = new Aedat4Decoder();
    expect(decodeAll(decoder, file).length).toBe(1);
    expect(decoder.report.faults[0]).toMatchObject({ code: 'CORRUPT_DATA' });
  });

  it('offsets that lead out or in circles are damage', () => {
    const good = payloadOfOne();
    for (let at = 8; at < 40; at += 2) {
      for (const value of [0, 4, 0x7fff, 0xffff]) {
        const bad = good.slice();
        new DataView(bad.buffer).setUint16(at, value, true);
        const decoder = new Aedat4Decoder();
        const events = decodeAll(decoder, joinBytes(xml(''), bad, good));
        expect(events.length).toBeLessThanOrEqual(2);
        expect(events.length + decoder.report.faultCount).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it('many packets without content take no time each', () => {
    const decoder = new Aedat4Decoder();
    decoder.push(xml(''));
    const empty = new Uint8Array(8 * 100_000);
    decoder.push(empty);
    expect(decoder.finish()).toEqual([]);
  });
});

describe('what jAER wrote', () => {
  const at = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1] as const));
  const batches = [at(START, START + 5), at(START + 9, START + 10 - 2 ** 32), at(START + 20 - 2 ** 32)];
  const unwrapped = [0, 5, 9, 10, 20].map((step) => START + step);

  it('times that fall back by 2^32 µs go on', () => {
    const decoder = new Aedat4Decoder();
    expect([...decodeAll(decoder, jaerFile(...batches), [11]).t]).toEqual(unwrapped);
    expect(decoder.report).toMatchObject({ wraps: 1, backwardSteps: 0 });
  });

  it('small steps back stay, and others write what they mean', () => {
    const decoder = new Aedat4Decoder();
    expect([...decodeAll(decoder, jaerFile(at(START, START - 5))).t]).toEqual([START, START - 5]);
    expect(decoder.report).toMatchObject({ wraps: 0, backwardSteps: 1 });
    const other = new Aedat4Decoder();
    expect(decodeAll(other, encodeAll(new Aedat4Encoder(), ...batches)).t[4]).toBe(START + 20 - 2 ** 32);
    expect(other.report).toMatchObject({ wraps: 0, backwardSteps: 1 });
  });
});

describe('rows from below', () => {
  it('are turned on request', () => {
    const decoder = new Aedat4Decoder({ flipY: true });
    expect([...decodeAll(decoder, aedat4File('lz4')).y.subarray(0, 2)]).toEqual([259, 248]);
  });
});

describe('DV over TCP', () => {
  const file = aedat4File('lz4');
  const body = file.subarray(MAGIC_BYTES, tableAt(file));

  it('with the IOHeader', () => {
    const decoder = new DvTcpDecoder();
    const events = decodeAll(decoder, body, [5]);
    expect(events.length).toBe(40);
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
  });

  it('without it, uncompressed', () => {
    const plain = aedat4File('none');
    const start = MAGIC_BYTES + 4 + new DataView(plain.buffer).getUint32(MAGIC_BYTES, true);
    const decoder = new DvTcpDecoder({ geometry: { width: 346, height: 260 } });
    const events = decodeAll(decoder, plain.subarray(start, tableAt(plain)), [1]);
    expect(digestOf(events)).toBe(digestOf(decodeAll(new Aedat4Decoder(), plain)));
  });
});

it('refuses what it cannot hold', () => {
  expect(() => new Aedat4Encoder().push(batchFromTuples([[0, 40_000, 0, 1]]))).toThrow(
    expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
  );
});

function tableAt(file: Uint8Array): number {
  return Number(new DataView(file.buffer).getBigInt64(54, true));
}

/** A packet of one event, uncompressed. */
function payloadOfOne(): Uint8Array {
  return packet(0, eventsPayload(batchFromTuples([[5, 1, 2, 1]])));
}
