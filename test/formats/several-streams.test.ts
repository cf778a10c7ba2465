import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../../src/events/index.ts';
import {
  Aedat3Decoder,
  Aedat4Decoder,
  CaerTcpDecoder,
  CaerUdpDecoder,
  detectFormat,
  DvTcpDecoder,
  type CameraFrame,
  type DecoderOptions,
  type EventDecoder,
} from '../../src/formats/index.ts';
import { ioHeaderBytes } from '../../src/formats/aedat4/io-header.ts';
import { receive } from '../helpers/datagram-contract.ts';
import { decodeAll } from '../helpers/decode.ts';
import { formatContract } from '../helpers/format-contract.ts';
import { joinBytes } from '../helpers/round-trip.ts';
import { event, frame, header, packet, polarity, special } from './aedat3/packets.ts';
import { AEDAT4_EVENTS, eventsPayload, manyStreams, packet as packet4 } from './aedat4/samples.ts';
import { streamsXml } from './aedat4/side-packets.ts';
import { caerHeader } from './network/samples.ts';

const times = ({ t }: EventBatch): number[] => [...t];

/** Two cameras in turns; the second resets its clock. */
const PACKETS = [
  packet([polarity(10, 1, 2, 1), polarity(11, 3, 4, 0)], { source: 2, capacity: 3 }),
  packet([polarity(10, 300, 200, 1), polarity(12, 127, 1, 1), polarity(13, 5, 6, 0, 0)], { source: 1 }),
  packet([special(0x7fff_ffff, 1)], { type: 0, source: 1 }),
  packet([polarity(1, 7, 8, 1)], { source: 1, overflow: 3 }),
  packet([polarity(20, 9, 10, 0)], { source: 2, overflow: 1 }),
];
const TWO = joinBytes(header('3.1', 'DAVIS346', 'DVS128'), ...PACKETS);

describe('AEDAT 3 of several sources', () => {
  it('gives the events of the first that comes, and names the others', () => {
    const decoder = new Aedat3Decoder({ policy: 'strict' });
    const events = decodeAll(decoder, TWO);
    expect(times(events)).toEqual([10, 11, 2 ** 31 + 20]);
    expect(decoder.geometry).toEqual({ width: 128, height: 128 });
    expect(decoder.report).toMatchObject({
      wraps: 1,
      resets: 0,
      backwardSteps: 0,
      dropped: { 'other-stream': 4, 'outside-sensor': 0, invalid: 0 },
      notes: [
        {
          code: 'OTHER_STREAMS',
          message: 'Stream 2 (DVS128) is read; not read: 1 (DAVIS346): 4 events.',
          option: 'stream',
        },
      ],
    });
  });

  it('gives any by its number, with its sensor and its clock', () => {
    const decoder = new Aedat3Decoder({ policy: 'strict', stream: 1 });
    const events = decodeAll(decoder, TWO, [5]);
    expect(times(events)).toEqual([10, 12, 3 * 2 ** 31 + 1]);
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
    expect(decoder.report).toMatchObject({ resets: 1, dropped: { 'other-stream': 3, invalid: 1 } });
    expect(decoder.report.notes[0]?.message).toContain('2 (DVS128): 3 events');
  });

  it('stays silent about one, whatever number its packets have', () => {
    const one = joinBytes(header('3.1', 'DVS128'), packet([polarity(10, 1, 2, 1)], { source: 9 }));
    const decoder = new Aedat3Decoder({ policy: 'strict' });
    expect(decodeAll(decoder, one).length).toBe(1);
    expect(decoder.geometry).toEqual({ width: 128, height: 128 });
    expect(decoder.report.notes).toEqual([]);
  });

  it('hands out the frames of all', () => {
    const frames: CameraFrame[] = [];
    const picture = frame(14, { channels: 1, size: [2, 1], at: [0, 0], pixels: [7, 8] });
    const decoder = new Aedat3Decoder({ sideChannels: { frame: (item) => frames.push(item) } });
    decodeAll(decoder, joinBytes(TWO, packet([picture], { type: 2, source: 1, timeOffset: 8 })));
    expect(frames.length).toBe(1);
  });

  it('of version 3.0: rows count from below each one’s own sensor', () => {
    const old = (t: number): Uint8Array => event((5 << 18) | (7 << 4) | 3, t);
    const file = joinBytes(
      header('3.0', 'DAVIS240C', 'DVS128'),
      packet([old(1)], { source: 1 }),
      packet([old(2)], { source: 2 }),
    );
    expect([...decodeAll(new Aedat3Decoder(), file).y]).toEqual([172]);
    expect([...decodeAll(new Aedat3Decoder({ stream: 2 }), file).y]).toEqual([120]);
  });

  it('of version 3.0, one without a known height: asked for', () => {
    const old = packet([event((5 << 18) | (7 << 4) | 3, 1)], { source: 3 });
    const file = joinBytes(header('3.0', 'DAVIS240C', 'DVS128', 'Camera'), old);
    expect(() => decodeAll(new Aedat3Decoder(), file)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_CHIP' }),
    );
    const geometry = { width: 100, height: 50 };
    expect([...decodeAll(new Aedat3Decoder({ geometry }), file).y]).toEqual([42]);
  });

  it('says no sensor before it is known whose', () => {
    const decoder = new Aedat3Decoder();
    decoder.push(header('3.1', 'DAVIS346', 'DVS128'));
    expect(decoder.geometry).toBeNull();
    expect(detectFormat(TWO).sniff).not.toHaveProperty('geometry');
    const stated = new Aedat3Decoder({ stream: 1 });
    stated.push(header('3.1', 'DAVIS346', 'DVS128'));
    expect(stated.geometry).toEqual({ width: 346, height: 260 });
    const undeclared = joinBytes(
      header('3.1', 'DAVIS346', 'DVS128'),
      packet([polarity(1, 1, 1, 1)], { source: 9 }),
    );
    const unknown = new Aedat3Decoder();
    decodeAll(unknown, undeclared);
    expect(unknown.geometry).toBeNull();
  });

  it('over a network', () => {
    const tcp = new CaerTcpDecoder({ policy: 'strict' });
    expect(times(decodeAll(tcp, joinBytes(caerHeader(0), ...PACKETS), [9]))).toEqual([10, 11, 2 ** 31 + 20]);
    expect(tcp.report.notes).toMatchObject([{ code: 'OTHER_STREAMS', option: 'stream' }]);
    const datagrams = PACKETS.map((bytes, i) => joinBytes(caerHeader(i, true), bytes));
    const udp = new CaerUdpDecoder({ stream: 1 });
    expect(times(receive(udp, datagrams))).toEqual([10, 12, 3 * 2 ** 31 + 1]);
    const late = new CaerUdpDecoder();
    expect(
      times(
        receive(
          late,
          [0, 4, 1].map((i) => datagrams[i]!),
        ),
      ),
    ).toEqual([10, 11, 2 ** 31 + 20]);
    expect(late.report.dropped['other-stream']).toBe(3);
  });
});

describe('AEDAT 4 of several cameras', () => {
  it('names the others', () => {
    const decoder = new Aedat4Decoder({ policy: 'strict' });
    decodeAll(decoder, manyStreams('lz4'), [33]);
    expect(decoder.report.notes).toEqual([
      {
        code: 'OTHER_STREAMS',
        message: 'Stream 0 (A & B) is read; not read: 1 (A & B): 20 events.',
        option: 'stream',
      },
    ]);
  });

  it('says nothing where the others are empty', () => {
    const decoder = new Aedat4Decoder({ policy: 'strict' });
    const file = joinBytes(
      ioHeaderBytes('none', streamsXml('EVTS', 'EVTS')),
      packet4(0, eventsPayload(AEDAT4_EVENTS)),
    );
    decodeAll(decoder, file);
    expect(decoder.report.notes).toEqual([]);
  });
});

describe('a stream that is not there', () => {
  const payload = eventsPayload(AEDAT4_EVENTS);
  const undeclared = joinBytes(ioHeaderBytes('none', ''), packet4(7, payload), packet4(3, payload));
  const file4 = manyStreams('none');
  it.each([
    [
      'AEDAT 3',
      (o: DecoderOptions) => new Aedat3Decoder({ ...o, stream: 7 }),
      TWO,
      /1 \(DAVIS346\): 4 events, 2 \(DVS128\): 3 events/,
    ],
    [
      'AEDAT 4',
      (o: DecoderOptions) => new Aedat4Decoder({ ...o, stream: 7 }),
      file4,
      /stream 7.*0 \(A & B\), 1 \(A & B\)/,
    ],
    [
      'AEDAT 4, of frames',
      (o: DecoderOptions) => new Aedat4Decoder({ ...o, stream: 2 }),
      file4,
      /stream 2.*0 .*1 /,
    ],
    [
      'AEDAT 4, undeclared',
      (o: DecoderOptions) => new Aedat4Decoder({ ...o, stream: 5 }),
      undeclared,
      /7: 20 events, 3: 20 events/,
    ],
    [
      'DV',
      (o: DecoderOptions) => new DvTcpDecoder({ ...o, stream: 5 }),
      undeclared.subarray(14),
      /7: 20 events, 3: 20 events/,
    ],
    [
      'cAER',
      (o: DecoderOptions) => new CaerTcpDecoder({ ...o, stream: 5 }),
      joinBytes(caerHeader(0), ...PACKETS),
      /2: 3 events, 1: 4 events/,
    ],
  ] as [string, (options: DecoderOptions) => EventDecoder, Uint8Array, RegExp][])(
    '%s: lists what is',
    (_, open, bytes, message) => {
      for (const chunks of [[Infinity], [7]]) {
        expect(() => decodeAll(open({}), bytes, chunks)).toThrow(
          expect.objectContaining({ option: 'stream', message: expect.stringMatching(message) }),
        );
      }
    },
  );

  it('is there where it is declared, though no events come', () => {
    const empty = joinBytes(header('3.1', 'DVS128', 'DVS128'), packet([polarity(10, 1, 2, 1)]));
    expect(decodeAll(new Aedat3Decoder({ stream: 2 }), empty).length).toBe(0);
    expect(decodeAll(new Aedat3Decoder({ stream: 2 }), header('3.1', 'DVS128', 'DVS128')).length).toBe(0);
  });

  it('must be a number of a stream', () => {
    expect(() => decodeAll(new Aedat3Decoder({ stream: 1.5 }), TWO)).toThrow(/stream/);
    expect(() => decodeAll(new Aedat4Decoder({ stream: NaN }), file4)).toThrow(/stream/);
  });

  it('is said again', () => {
    const decoder = new Aedat4Decoder({ stream: 7 });
    for (let i = 0; i < 2; i++) expect(() => decoder.push(file4)).toThrow(/stream 7/);
  });
});

formatContract([
  { name: 'two sources', bytes: TWO, open: (options) => new Aedat3Decoder(options) },
  { name: 'the other source', bytes: TWO, open: (options) => new Aedat3Decoder({ ...options, stream: 1 }) },
]);
