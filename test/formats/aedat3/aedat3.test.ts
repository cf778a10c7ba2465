import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../../src/events/index.ts';
import {
  Aedat3Decoder,
  Aedat3Encoder,
  createDecoder,
  detectFormat,
  type EventFormatError,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { referenceDecode } from '../../helpers/reference-decode.ts';
import { encodeAll, expectRoundTrip, joinBytes } from '../../helpers/round-trip.ts';
import { expectedRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { event, header, packet, polarity } from './packets.ts';
import { aedat3Samples, HEADER, MIXED } from './samples.ts';

describe.skipIf(!hasSharedData)('the reference decode', () => {
  // One recording names its source "Test".
  referenceDecode(['AEDAT3.1'], ({ path, width, height }) =>
    path.includes('handmade') ? { geometry: { width, height } } : {},
  );

  it('what the recordings hold beside events', () => {
    const decoder = new Aedat3Decoder();
    decodeAll(decoder, readShared('aedat3/derived-dvs128.aedat'));
    expect(decoder.report).toMatchObject({ resets: 1, dropped: { invalid: 8, 'not-a-pixel': 1 } });
  });

  it('encoded again, a recording gives the same events', () => {
    const [row] = expectedRows('AEDAT3.1');
    const events = decodeAll(new Aedat3Decoder(), readShared(row!.path));
    expect(digestOf(decodeAll(new Aedat3Decoder(), encodeAll(new Aedat3Encoder(), events)))).toBe(
      row!.sha256,
    );
  });
});

describe('the contract', () => {
  formatContract(aedat3Samples);
});

describe('decode(encode(events)) = events', () => {
  it.each([
    [128, 128],
    [240, 180],
    [346, 260],
    [640, 480],
    [32_768, 32_768],
    [35, 35],
  ])('%i x %i', (width, height) => {
    expectRoundTrip({
      limits: { geometry: { width, height }, maxTime: 2 ** 53 - 1, backward: true },
      encoder: () => new Aedat3Encoder(),
      numRuns: 40,
    });
  });

  it('segments too', () => {
    const events = batchFromTuples([[5, 1, 1, 1]]);
    const bytes = encodeAll(
      new Aedat3Encoder(),
      { ...events, segment: 1 },
      { ...events, segment: 1 },
      { ...events, segment: 3 },
    );
    const decoder = new Aedat3Decoder();
    const batches = [...decoder.push(bytes), ...decoder.finish()];
    expect(batches.map(({ segment, length }) => [segment, length])).toEqual([
      [1, 2],
      [3, 1],
    ]);
    expect(decoder.report).toMatchObject({ resets: 3, backwardSteps: 0 });
  });

  it.each([
    [-1, 0, 0],
    [0, 32_768, 0],
    [0, 0, 32_768],
  ])('refuses t %i, x %i, y %i', (t, x, y) => {
    expect(() => new Aedat3Encoder().push(batchFromTuples([[t, x, y, 1]]))).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
    );
  });

  it('writes the header of cAER', () => {
    const startTime = new Date(Date.UTC(2020, 1, 2, 3, 4, 5));
    const encoder = new Aedat3Encoder({ startTime, source: 'DAVIS346' });
    expect(new TextDecoder().decode(encoder.finish())).toBe(
      '#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DAVIS346\r\n#Start-Time: 2020-02-02 03:04:05 (TZ+0000)\r\n#!END-HEADER\r\n',
    );
  });
});

describe('packets', () => {
  it('advances by capacity, reads number, drops invalid events, goes on in a new segment', () => {
    const decoder = new Aedat3Decoder();
    const batches = [...decoder.push(MIXED), ...decoder.finish()];
    expect(batches.map(({ segment, t, x, y, p }) => [segment, ...t, ...x, ...y, ...p])).toEqual([
      [0, 10, 12, 1, 5, 2, 6, 1, 0],
      [1, 2 ** 31 + 1, 127, 127, 1],
    ]);
    expect(decoder.report).toMatchObject({
      variant: 'AEDAT3.1',
      resets: 1,
      faultCount: 0,
      dropped: { invalid: 1, 'not-a-pixel': 5, 'unknown-type': 1 },
    });
  });

  it('steps by the stated event size and reads the time where it is', () => {
    const wide = [0, 1].map((i) => {
      const bytes = event((i << 17) | 3, -1, 4);
      new DataView(bytes.buffer).setInt32(8, 50 + i, true);
      return bytes;
    });
    const bytes = joinBytes(HEADER, packet(wide, { timeOffset: 8 }), packet([polarity(60, 9, 0, 1)]));
    const events = decodeAll(new Aedat3Decoder(), bytes);
    expect([[...events.t], [...events.x]]).toEqual([
      [50, 51, 60],
      [0, 1, 9],
    ]);
  });

  it('multiplies the overflow count by 2^31 and counts its steps', () => {
    const packets = [0, 1, 1, 1_000_000].map((overflow) => packet([polarity(7, 0, 0, 1)], { overflow }));
    const decoder = new Aedat3Decoder();
    const events = decodeAll(decoder, joinBytes(HEADER, ...packets));
    expect([...events.t]).toEqual([0, 1, 1, 1_000_000].map((overflow) => overflow * 2 ** 31 + 7));
    expect(decoder.report.wraps).toBe(2);
  });

  it('joins small packets into batches of bounded size', () => {
    const packets = Array.from({ length: 10 }, (_, i) =>
      packet([polarity(2 * i, 0, 0, 1), polarity(2 * i + 1, 0, 0, 1)]),
    );
    const decoder = new Aedat3Decoder({ maxBatchEvents: 7 });
    const batches = decoder.push(joinBytes(HEADER, ...packets));
    expect(batches.map(({ length }) => length)).toEqual([7, 7, 6]);
  });

  it('drops pixels outside the sensor', () => {
    const decoder = new Aedat3Decoder();
    const bytes = joinBytes(HEADER, packet([polarity(1, 128, 0, 1), polarity(2, 0, 300, 1, 0)]));
    expect(decodeAll(decoder, bytes).length).toBe(0);
    expect(decoder.report.dropped).toMatchObject({ 'outside-sensor': 1, invalid: 1 });
  });
});

describe('version 3.0', () => {
  const bytes = joinBytes(header('3.0', 'DAVIS240C'), packet([event((5 << 18) | (7 << 4) | 3, 9)]));
  it('has 14 bits a coordinate and rows from below', () => {
    const decoder = new Aedat3Decoder();
    const events = decodeAll(decoder, bytes);
    expect([events.t[0], events.x[0], events.y[0], events.p[0]]).toEqual([9, 5, 172, 1]);
    expect(decoder.report.variant).toBe('AEDAT3.0');
  });
  it('needs the height', () => {
    const unknown = joinBytes(header('3.0', 'Test'), packet([event(3, 9)]));
    expect(() => decodeAll(new Aedat3Decoder(), unknown)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_CHIP' }),
    );
    const decoder = new Aedat3Decoder({ geometry: { width: 10, height: 10 } });
    expect([...decodeAll(decoder, unknown).y]).toEqual([9]);
  });
});

describe('headers', () => {
  it.each([
    ['DVS128', 128, 128],
    ['DAVIS346', 346, 260],
    ['DAVISHet640', 640, 480],
    ['DAVIS208', 208, 192],
    ['Camera 35x36', 35, 36],
  ])('%s', (source, width, height) => {
    const decoder = new Aedat3Decoder();
    decodeAll(decoder, header('3.1', source));
    expect(decoder.geometry).toEqual({ width, height });
    expect(detectFormat(header('3.1', source)).sniff).toEqual({
      confidence: 'certain',
      variant: 'AEDAT3.1',
      geometry: { width, height },
    });
  });

  it('looks for the camera behind other sources', () => {
    const decoder = new Aedat3Decoder();
    decodeAll(
      decoder,
      new TextEncoder().encode(
        '#!AER-DAT3.1\r\n#Source 3: Filter\r\n#-Source 1: DAVIS240C\r\n#!END-HEADER\r\n',
      ),
    );
    expect(decoder.geometry).toEqual({ width: 240, height: 180 });
  });

  it.each([
    ['BAD_HEADER', '#!AER-DAT2.0\r\n'],
    ['BAD_HEADER', 'nothing'],
    ['UNSUPPORTED_FORMAT', '#!AER-DAT3.7\r\n#!END-HEADER\r\n'],
    ['UNSUPPORTED_FORMAT', '#!AER-DAT3.1\r\n#Format: SerializedTS,PNGFrames\r\n#!END-HEADER\r\n'],
  ])('%s %j', (code, text) => {
    expect(() => decodeAll(new Aedat3Decoder(), new TextEncoder().encode(text))).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('damage', () => {
  const before = packet([polarity(1, 1, 1, 1), polarity(2, 2, 2, 1)]);
  const after = packet([polarity(8, 8, 8, 1), polarity(9, 9, 9, 0)]);
  const bad = before.slice();
  new DataView(bad.buffer).setInt32(20, 99, true);

  it('goes on at the next plausible header', () => {
    const decoder = createDecoder();
    const events = decodeAll(decoder, joinBytes(HEADER, before, bad, after, after), [11]);
    expect([...events.t]).toEqual([1, 2, 8, 9, 8, 9]);
    expect(decoder.report.faults).toEqual([
      {
        code: 'CORRUPT_DATA',
        byteOffset: HEADER.length + before.length,
        message: expect.stringContaining('99 events in room for 2'),
      },
    ]);
  });

  it('throws at once where told so, with the events before', () => {
    const decoder = new Aedat3Decoder({ policy: 'strict' });
    let error: EventFormatError | undefined;
    try {
      decoder.push(joinBytes(HEADER, before, bad, after));
    } catch (thrown) {
      error = thrown as EventFormatError;
    }
    expect(error).toMatchObject({ code: 'CORRUPT_DATA' });
    expect(error!.events.flatMap(({ t }) => [...t])).toEqual([1, 2]);
  });

  it.each([
    ['a negative type', 0, 0xff80_0000 | 1],
    ['too small events', 4, 7],
    ['a time outside', 8, 5],
    ['a negative overflow', 12, -1],
    ['less room than events', 16, 1],
    ['a negative number', 20, -1],
  ])('%s is impossible', (_, at, value) => {
    const damaged = before.slice();
    const view = new DataView(damaged.buffer);
    if (at === 0) view.setInt16(0, -1, true);
    else view.setInt32(at, value, true);
    const decoder = new Aedat3Decoder();
    expect([...decodeAll(decoder, joinBytes(HEADER, damaged, after)).t]).toEqual([8, 9]);
    expect(decoder.report).toMatchObject({ faultCount: 1, faults: [{ code: 'CORRUPT_DATA' }] });
  });

  it('does not believe packets beyond the limit', () => {
    const large = packet([polarity(1, 1, 1, 1)]);
    new DataView(large.buffer).setInt32(16, 2 ** 31 - 1, true);
    const decoder = new Aedat3Decoder();
    expect([...decodeAll(decoder, joinBytes(HEADER, large, after)).t]).toEqual([8, 9]);
    expect(decoder.report.faults).toMatchObject([{ code: 'TOO_LARGE', byteOffset: HEADER.length }]);
    expect(() => new Aedat3Decoder({ maxPacketBytes: 1 })).toThrow(
      expect.objectContaining({ option: 'maxPacketBytes' }),
    );
  });

  it.each([
    ['inside an event', 5, 3],
    ['between events', 8, 0],
    ['inside the header', 20, 24],
  ])('a packet cut %s', (_, cut, truncatedBytes) => {
    const file = joinBytes(HEADER, before, after);
    const decoder = new Aedat3Decoder();
    const events = decodeAll(decoder, file.subarray(0, file.length - cut));
    expect(events.length).toBe(cut > 16 ? 2 : 3);
    expect(decoder.report).toMatchObject({ truncatedBytes, faults: [{ code: 'TRUNCATED' }] });
  });
});
