import { describe, expect, it } from 'vitest';
import { type Convention, batchFromTuples, type EventTuple } from '../../../src/events/index.ts';
import { Aedat2Decoder, Aedat2Encoder, createDecoder } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { expectRoundTrip, joinBytes as join } from '../../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { parseAedat2Records } from './parse-records.ts';
import { aedat2Samples } from './samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
/** AEDAT 2.0 records: big-endian address and time. */
function records(...words: [address: number, time: number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * words.length));
  words.forEach(([address, time], i) => {
    view.setUint32(8 * i, address >>> 0);
    view.setInt32(8 * i + 4, time | 0);
  });
  return new Uint8Array(view.buffer);
}
const HEADER = text('#!AER-DAT2.0\r\n# made by a test\r\n');
/** A DVS128 word. */
const dvs = (xr: number, yr: number, bit: number): number => (yr << 8) | (xr << 1) | bit;
/** A DAVIS word. */
const davis = (xr: number, yr: number, bit: number): number => (yr << 22) | (xr << 12) | (bit << 11);

describe.skipIf(!hasSharedData)('real recordings', () => {
  referenceDecode(['AEDAT2.0']);

  it.each([
    ['canonical', 'f3957f5f9bb55846a4a70d1edf375a1c2ae5e4b8057a718652ab600e111e0eeb'],
    ['jaer', '48762d025e8ac9786222d5a15828d0e0f1cdc8e04370698e90547a9d2e5f3f44'],
    ['dat2mat', '26c2592b6c044ddb65e3ef7b1359faa3bfa3d43d3d398a28e67a970ea7b107c4'],
    ['spikingjelly', 'a1701a96e6bb0d15ac3ced1ea646b75835fae7116a4858d72436f8e0cff8a45f'],
    ['raw', 'c26eae2e27114bb76da2e8d6f916f4c9c807cf5b55bbff932932cdaa29d6892a'],
    ['tonic', '329632e8a726ddc4cb6bb71de13db7d146e6a6468892c1e93d8065b0f8b110ca'],
  ] as [Convention, string][])('the %s convention', (convention, sha256) => {
    const bytes = readShared('aedat2-dvs128/alex_walking_again.aedat');
    expect(digestOf(decodeAll(createDecoder({ convention }), bytes))).toBe(sha256);
  });

  it('SpikingJelly on a recording without a chip line', () => {
    const bytes = readShared('aedat2-mnist-dvs/mnist_0_scale04_0001.aedat');
    const events = decodeAll(createDecoder({ convention: 'spikingjelly' }), bytes);
    expect(digestOf(events)).toBe('32e91e2f8fbdb31893a91159fae839a2d7f9ac10c4c21211f3857a7b22db9a11');
  });
});

formatContract(aedat2Samples);

describe('decode(encode(events)) = events', () => {
  it.each([
    ['dvs128', 128, 128],
    ['davis240', 240, 180],
    ['davis346', 346, 260],
  ] as const)('of a %s', (chip, width, height) => {
    expectRoundTrip({
      limits: {
        geometry: { width, height },
        minTime: -(2 ** 31),
        maxTime: 2 ** 31 - 1,
        maxStep: 2 ** 31,
        backward: true,
      },
      encoder: () => new Aedat2Encoder({ chip }),
    });
  });
});

describe('records', () => {
  const words: [number, number][] = [
    [dvs(1, 2, 0), 10],
    [dvs(3, 4, 1), 20],
    [dvs(127, 127, 0), 30],
    [dvs(0x11, 0x23, 1), 40],
  ];
  const file = join(HEADER, records(...words));
  const whole = digestOf(decodeAll(new Aedat2Decoder(), file));

  it('gives the same events at every split point and byte by byte', () => {
    for (let cut = 1; cut < file.length; cut++) {
      expect(digestOf(decodeAll(new Aedat2Decoder(), file, [cut, Infinity]))).toBe(whole);
    }
    expect(digestOf(decodeAll(new Aedat2Decoder(), file, [1]))).toBe(whole);
  });

  it('reads like the declarative description of a record', () => {
    expect(parseAedat2Records(records(...words))).toEqual(
      words.map(([address, timestamp]) => ({ address, timestamp })),
    );
  });

  it('keeps whole records of a tail that is cut anywhere, and says what was lost', () => {
    for (let length = HEADER.length; length <= file.length; length++) {
      const decoder = new Aedat2Decoder();
      const events = decodeAll(decoder, file.subarray(0, length));
      const rest = (length - HEADER.length) % 8;
      expect(events.length).toBe(Math.floor((length - HEADER.length) / 8));
      expect(decoder.report).toMatchObject({
        truncatedBytes: rest,
        truncatedAt: rest === 0 ? null : length - rest,
      });
    }
  });

  it('unwraps the counter over all records, specials included, and only large jumps', () => {
    const top = 2 ** 31 - 5;
    const decoder = new Aedat2Decoder({ chip: 'dvs128' });
    const bytes = join(
      HEADER,
      records(
        [dvs(0, 0, 0), top],
        [0x8000, -(2 ** 31) + 1],
        [dvs(0, 0, 0), -(2 ** 31) + 7],
        [dvs(0, 0, 0), -(2 ** 31) + 3],
      ),
    );
    expect([...decodeAll(decoder, bytes).t]).toEqual([top, 2 ** 31 + 7, 2 ** 31 + 3]);
    expect(decoder.report).toMatchObject({ wraps: 1, backwardSteps: 1, dropped: { 'not-a-pixel': 1 } });
  });

  it('keeps negative times', () => {
    expect([
      ...decodeAll(
        new Aedat2Decoder({ chip: 'dvs128' }),
        join(HEADER, records([0, -1404695045], [0, -1404695000])),
      ).t,
    ]).toEqual([-1404695045, -1404695000]);
  });

  it('separates external, APS and IMU words of a DAVIS, and tolerates junk in the low bits', () => {
    const bytes = join(
      HEADER,
      records(
        [davis(10, 20, 1) | 0x3ff, 1],
        [davis(10, 20, 1) | 0x402, 2],
        [0x8000_0000 | (5 << 12), 3],
        [0x8000_0c00 | 0, 4],
        [davis(239, 179, 0), 5],
        [davis(300, 20, 1), 6],
      ),
    );
    const decoder = new Aedat2Decoder({ chip: 'davis240' });
    const events = decodeAll(decoder, bytes);
    expect([...events.x]).toEqual([229, 0]);
    expect([...events.y]).toEqual([159, 0]);
    expect([...events.p]).toEqual([1, 0]);
    expect(decoder.report.dropped).toMatchObject({ 'not-a-pixel': 3, 'outside-sensor': 1 });
  });

  it('does not eat a data byte 0x23 as a header line', () => {
    const address = davis(0, 0x23 << 0, 1);
    const hash = (0x23 << 24) | (address & 0x00ff_ffff);
    const bytes = join(
      text('#!AER-DAT2.0\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\n'),
      records([hash, 7], [hash, 8]),
    );
    expect(decodeAll(new Aedat2Decoder(), bytes).length).toBe(2);
    expect(decodeAll(new Aedat2Decoder(), bytes, [1]).length).toBe(2);
  });

  it('stops at the end marker, whatever follows', () => {
    const bytes = join(text('#!AER-DAT2.0\r\n#End Of ASCII Header\r\n'), records([0x2341_4242, 0x4343_430a]));
    const decoder = new Aedat2Decoder({ chip: 'davis240' });
    decodeAll(decoder, bytes);
    expect(decoder.report.headerLines.length).toBe(2);
  });

  it('believes the chip line only, not chips that preferences mention', () => {
    const lines =
      '# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n#<entry key="DAVIS240B.showIMU" value="346"/>\r\n';
    const decoder = new Aedat2Decoder();
    decodeAll(decoder, join(text(`#!AER-DAT2.0\r\n${lines}`), records([dvs(1, 1, 0), 1])));
    expect(decoder.geometry).toEqual({ width: 128, height: 128 });
  });

  it.each([
    ['EMPTY_FILE', new Uint8Array(0), {}],
    [
      'UNSUPPORTED_CHIP',
      join(text('#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.cochlea.CochleaLP\r\n'), records([0, 0])),
      {},
    ],
    [
      'HEADER_TOO_LARGE',
      join(text(`#!AER-DAT2.0\r\n${'# filler\r\n'.repeat(100)}`), records([0, 0])),
      { maxHeaderBytes: 200 },
    ],
    ['BAD_HEADER', text('#!AER-DAT3.1\r\n#!END-HEADER\r\n'), {}],
  ])('%s', (code, bytes, options) => {
    expect(() => decodeAll(new Aedat2Decoder(options), bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('a header without events is an empty recording', () => {
    const decoder = new Aedat2Decoder();
    expect(decodeAll(decoder, HEADER).length).toBe(0);
    expect(decoder.report).toMatchObject({ events: 0, tFirst: null, headerBytes: HEADER.length });
  });
});

it('refuses what it cannot hold', () => {
  for (const event of [
    [0, 128, 0, 1],
    [0, 0, 128, 1],
    [2 ** 31, 0, 0, 1],
    [-(2 ** 31) - 1, 0, 0, 1],
  ] as EventTuple[]) {
    expect(() => new Aedat2Encoder().push(batchFromTuples([event]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  }
  const encoder = new Aedat2Encoder();
  encoder.push(batchFromTuples([[5, 0, 0, 1]]));
  expect(() => encoder.push(batchFromTuples([[5 - 2 ** 31 - 1, 0, 0, 1]]))).toThrow(/before the event/);
});

describe('header lines', () => {
  it('comments stay on their lines', () => {
    const bytes = new Aedat2Encoder({ comments: ['a <b> ~'] }).finish();
    expect(new TextDecoder().decode(bytes)).toContain('\r\n# a <b> ~\r\n');
    for (const comment of ['two\nlines', 'two\rlines', 'µ', '\x00'])
      expect(() => new Aedat2Encoder({ comments: [comment] })).toThrow(/comments must be printable ASCII/);
  });

  it('without the end marker, no record is written that begins as one', () => {
    // Row 140 counted from below: the first byte of the address is a hash.
    const first = (y: number) => batchFromTuples([[1, 0, y, 1]], { width: 240, height: 180 });
    const encoder = (chipLine: boolean) => new Aedat2Encoder({ chip: 'davis240', chipLine });
    expect(() => encoder(false).push(first(39))).toThrow(/cannot hold event 0 .*header line/);
    expect(encoder(true).push(first(39)).length).toBeGreaterThan(8);
    const goesOn = encoder(false);
    goesOn.push(first(50));
    expect(goesOn.push(first(39)).length).toBe(8);
  });
});
