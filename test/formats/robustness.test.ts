import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, SaccadeError, type EventTuple } from '../../src/events/index.ts';
import {
  Aedat2Decoder,
  Aedat2Encoder,
  Atis40Decoder,
  Atis40Encoder,
  createDecoder,
  detectFormat,
  eventFormats,
  parseAedat2Records,
  parseAtis40Records,
} from '../../src/formats/index.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { formatContract } from '../helpers/format-contract.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
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

const SIZES = { dvs128: [128, 128], davis240: [240, 180], davis346: [346, 260] } as const;

function tuples(width: number, height: number, maxTime: number): fc.Arbitrary<EventTuple[]> {
  const event = fc.tuple(
    fc.integer({ min: 0, max: maxTime }),
    fc.integer({ min: 0, max: width - 1 }),
    fc.integer({ min: 0, max: height - 1 }),
    fc.integer({ min: 0, max: 1 }),
  );
  return fc.array(event, { maxLength: 60 }).map((list) => list.sort(([a], [b]) => a - b));
}

describe.each(Object.entries(SIZES))('AEDAT 2.0 of a %s', (chip, [width, height]) => {
  it('decode(encode(events)) = events, for any chunks', () => {
    fc.assert(
      fc.property(
        tuples(width, height, 2 ** 31 - 1),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (list, chunks) => {
          const events = batchFromTuples(list, { width, height });
          const encoder = new Aedat2Encoder({ chip: chip as 'dvs128' });
          const bytes = join(encoder.push(events), encoder.finish());
          const decoder = createDecoder();
          const decoded = decodeAll(decoder, bytes, chunks);
          expect(digestOf(decoded)).toBe(digestOf(events));
          expect(decoder.geometry).toEqual({ width, height });
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the contract of every decoder', () => {
  const events = batchFromTuples(
    Array.from({ length: 30 }, (_, i) => [1000 * i, (7 * i) % 128, (11 * i) % 128, i % 2] as const),
    { width: 128, height: 128 },
  );
  const aedat2 = new Aedat2Encoder();
  formatContract([
    {
      name: 'AEDAT 2.0',
      bytes: join(aedat2.push(events), aedat2.finish()),
      open: (options) => new Aedat2Decoder(options),
    },
    {
      name: 'ATIS 40-bit',
      bytes: new Atis40Encoder().push(events),
      open: (options) => new Atis40Decoder(options),
    },
  ]);
});

describe('AEDAT 2.0', () => {
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

describe('ATIS 40-bit', () => {
  it('decode(encode(events)) = events, for any chunks', () => {
    fc.assert(
      fc.property(
        tuples(256, 240, 2 ** 23 - 1),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (list, chunks) => {
          const events = batchFromTuples(list);
          const bytes = new Atis40Encoder().push(events);
          if (bytes.length > 0)
            expect(digestOf(decodeAll(new Atis40Decoder(), bytes, chunks))).toBe(digestOf(events));
        },
      ),
    );
  });

  it('adds 2^13 µs per overflow marker and leaves it out', () => {
    const bytes = join(Uint8Array.of(1, 2, 0, 0, 5, 0, 240, 0, 0, 0, 3, 4, 0x80, 0, 6));
    expect([...decodeAll(new Atis40Decoder(), bytes).t]).toEqual([5, 8198]);
    expect(decodeAll(new Atis40Decoder({ overflowMarkers: false }), bytes).length).toBe(3);
  });

  it('counts events outside the sensor', () => {
    const decoder = new Atis40Decoder({ geometry: { width: 34, height: 34 } });
    expect(decodeAll(decoder, Uint8Array.of(34, 0, 0, 0, 1, 33, 33, 0, 0, 2)).length).toBe(1);
    expect(decoder.report.dropped['outside-sensor']).toBe(1);
  });

  it('reads like the declarative description of a record', () => {
    expect(parseAtis40Records(Uint8Array.of(7, 8, 0x81, 2, 3))).toEqual([
      { x: 7, y: 8, polarity: 1, timestamp: 0x10203 },
    ]);
  });
});

describe('what cannot be encoded', () => {
  it.each([
    [new Aedat2Encoder(), [0, 128, 0, 1]],
    [new Aedat2Encoder(), [2 ** 31, 0, 0, 1]],
    [new Atis40Encoder(), [0, 256, 0, 1]],
    [new Atis40Encoder(), [0, 0, 240, 1]],
    [new Atis40Encoder(), [2 ** 23, 0, 0, 1]],
    [new Atis40Encoder(), [-1, 0, 0, 1]],
  ] as const)('%o %j', (encoder, event) => {
    expect(() => encoder.push(batchFromTuples([event as EventTuple]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  });
});

describe('detection', () => {
  it.each([
    ['EMPTY_FILE', ''],
    ['GIT_LFS_POINTER', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1'],
    ['UNSUPPORTED_FORMAT', '% format EVT4\n'],
    ['UNSUPPORTED_FORMAT', '% date 2020-01-01\n'],
    ['UNSUPPORTED_FORMAT', 'PK\u0003\u0004'],
    ['NOT_A_RECORDING', 'Once upon a time there was a file that held a story.'],
  ])('%s', (code, content) => {
    expect(() => detectFormat(text(content), { fileName: 'a.aedat' })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('asks for what content cannot tell', () => {
    const atis = Uint8Array.of(1, 2, 0x80, 0, 5, 3, 4, 0, 0, 9);
    expect(() => detectFormat(atis)).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_FORMAT' }));
    expect(detectFormat(atis, { fileName: 'x.bin' })).toMatchObject({ confidence: 'plausible' });
    expect(detectFormat(atis, { format: 'atis40' })).toMatchObject({ confidence: 'stated' });
    expect(() => detectFormat(atis, { format: 'nothing' })).toThrow(
      expect.objectContaining({ option: 'format' }),
    );
    expect(() => detectFormat(HEADER, { format: 'atis40' })).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER' }),
    );
  });
});

describe('damage never hangs or crashes', () => {
  it('random bytes after a good header, and anywhere', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        fc.constantFrom(...eventFormats),
        (bytes, withHeader, format) => {
          const decoder = format.createDecoder();
          try {
            const events = decodeAll(decoder, withHeader ? join(HEADER, bytes) : bytes, [7]);
            expect(events.length).toBe(decoder.report.events);
          } catch (error) {
            expect(error).toBeInstanceOf(SaccadeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('every header byte flipped', () => {
    const file = join(
      text('#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n#End Of ASCII Header\r\n'),
      records([dvs(1, 1, 0), 5]),
    );
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 0xff;
      try {
        decodeAll(createDecoder({ fileName: 'x.aedat' }), damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(SaccadeError);
      }
    }
  });
});
