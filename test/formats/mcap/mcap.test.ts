import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { AEDAT4_CODECS } from '../../../src/formats/aedat4/codec/codec.ts';
import { McapDecoder, McapEncoder, prepareZstdEncoder } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { RAW_SAMPLE, tuplesOf } from '../../helpers/raw-words.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { hasTool } from '../../helpers/tools.ts';
import { alignedArrayMessage } from '../ros/messages.ts';
import { ARRAY_RECORDS, channel, chunk, mcap, mcapSamples, message, schema } from './samples.ts';

const ARRAY_EVENTS = [
  [2, 1, 2, 1],
  [2_000_000, 63, 31, 0],
  [2_000_001, 5, 6, 1],
  [2_000_002, 7, 8, 0],
];

describe('McapDecoder and McapEncoder', () => {
  formatContract(mcapSamples);

  it('gives back what EVT3 can hold', () => {
    const limits = { geometry: { width: 1280, height: 720 }, maxTime: 2 ** 34 - 1 };
    expectRoundTrip({ limits, encoder: () => new McapEncoder({ geometry: limits.geometry }) });
  });

  it.each(['', 'lz4'] as const)(
    'reads aligned events of either byte order, in a chunk "%s" or none',
    (compression) => {
      for (const body of [
        ARRAY_RECORDS,
        chunk(compression, ARRAY_RECORDS),
        chunk(compression, ARRAY_RECORDS, 0),
      ])
        expect(tuplesOf(new McapDecoder({ policy: 'strict' }), mcap(body))).toEqual(ARRAY_EVENTS);
    },
  );

  it('never mixes channels of one topic: by turns they are cameras', () => {
    const events = (id: number, t: number): Uint8Array => message(id, alignedArrayMessage([[t, id, 2, 1]]));
    const channels = joinBytes(ARRAY_RECORDS, channel(9, 1, '/dvs/events'));
    const turns = mcap(channels, events(9, 3e9), events(2, 4e9));
    expect(() => decodeAll(new McapDecoder(), turns)).toThrow('several publishers by turns');
    expect(tuplesOf(new McapDecoder({ topic: '/dvs/events#9' }), turns)).toEqual([[3e6, 9, 2, 1]]);
    const decoder = new McapDecoder();
    expect(tuplesOf(decoder, mcap(channels, events(9, 3e9)))).toEqual([...ARRAY_EVENTS, [3e6, 9, 2, 1]]);
    expect(decoder.report.notes).toMatchObject([{ code: 'SEVERAL_PUBLISHERS' }]);
  });

  it('looks at checksums: what comes of a stored chunk is delivered, but named', () => {
    const stored = new McapDecoder();
    expect(tuplesOf(stored, mcap(chunk('', ARRAY_RECORDS, 1)))).toEqual(ARRAY_EVENTS);
    expect(stored.report.faults).toMatchObject([
      { code: 'CORRUPT_DATA', message: expect.stringMatching(/checksum/) },
    ]);
    const compressed = new McapDecoder();
    expect(tuplesOf(compressed, mcap(chunk('lz4', ARRAY_RECORDS, 1)))).toEqual([]);
    expect(compressed.report.faultCount).toBe(1);
  });

  it('does not read what is serialised in another way', () => {
    const records = joinBytes(
      schema(1, 'dvs_msgs/msg/EventArray', '', 'protobuf'),
      channel(2, 1, '/e', 'protobuf'),
      message(2, new Uint8Array(40)),
    );
    expect(() => decodeAll(new McapDecoder(), mcap(records))).toThrow(/EventArray as protobuf/);
  });

  it('a file that was never closed lacks nothing that was written', () => {
    const whole = encodeAll(new McapEncoder(), RAW_SAMPLE);
    const decoder = new McapDecoder();
    // The record DataEnd: opcode, length, no checksum.
    const dataEnd = String.fromCharCode(15, 4, ...new Array<number>(11).fill(0));
    const end = new TextDecoder('latin1').decode(whole).indexOf(dataEnd);
    expect(decodeAll(decoder, whole.subarray(0, end)).length).toBe(RAW_SAMPLE.length);
    expect(decoder.report.faults[0]).toMatchObject({ code: 'TRUNCATED' });
  });

  it.skipIf(!hasTool('zstd'))('reads chunks and single messages compressed by zstd', () => {
    const packed = (bytes: Uint8Array): Uint8Array =>
      new Uint8Array(execFileSync('zstd', ['-c', '-q'], { input: bytes }));
    const whole = chunk('', ARRAY_RECORDS);
    const stored = packed(ARRAY_RECORDS);
    const head = whole.slice(9, 9 + 28);
    const zstd = joinBytes(
      Uint8Array.of(6),
      new Uint8Array(BigUint64Array.of(BigInt(28 + 8 + 8 + stored.length)).buffer),
      ...[head, Uint8Array.of(4, 0, 0, 0), new TextEncoder().encode('zstd')],
      new Uint8Array(BigUint64Array.of(BigInt(stored.length)).buffer),
      stored,
    );
    expect(tuplesOf(new McapDecoder({ policy: 'strict' }), mcap(zstd))).toEqual(ARRAY_EVENTS);
  });

  it('names the limit that a compressed message passes', async () => {
    await prepareZstdEncoder();
    const records = joinBytes(
      schema(1, 'dvs_msgs/msg/EventArray', ''),
      channel(2, 1, '/e'),
      message(2, AEDAT4_CODECS.zstd.compress(new Uint8Array(5000))),
    );
    const decoder = new McapDecoder({ maxChunkBytes: 4096 });
    decodeAll(decoder, mcap(records));
    expect(decoder.report.faults).toMatchObject([
      { code: 'TOO_LARGE', message: expect.stringMatching(/more than 4096 bytes. Raise maxChunkBytes/) },
    ]);
  });

  it.skipIf(!hasSharedData)('libcaer_cmp: what event_camera_py counts in its own test', () => {
    const decoder = new McapDecoder({ policy: 'strict' });
    const events = decodeAll(decoder, readShared('ros/event_camera_py-test_events_2_0.mcap'), [65_536]);
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
    expect([decoder.report.events - decoder.report.on, decoder.report.on]).toEqual([360_223, 211_043]);
    expect(decoder.report.tFirst).toBe(1_744_227_144_732_712);
    expect(events.t.reduce((sum, time) => sum + (time - 1_744_227_144_732_712), 0)).toBe(335_555_680_277);
    expect(digestOf(events)).toBe('275b5afb43bdc8a18b4df5160af947ffcb5a3a05085483722f2b8ee1765309d5');
  });
});
