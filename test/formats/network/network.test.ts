import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../../../src/events/index.ts';
import {
  Aedat2Encoder,
  CaerTcpDecoder,
  CaerUdpDecoder,
  FaeryUdpDecoder,
  findNetworkForm,
  JaerTcpDecoder,
  JaerUdpDecoder,
  networkForms,
  SpifUdpDecoder,
} from '../../../src/formats/index.ts';
import { datagramContract, receive } from '../../helpers/datagram-contract.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { packet, polarity } from '../aedat3/packets.ts';
import { DVS128_EVENTS } from '../aedat2/samples.ts';
import { caerHeader, datagramSamples, dvsAddress, jaerDatagram, numbers, streamSamples } from './samples.ts';

const GEOMETRY = { width: 346, height: 260 };

const tuples = ({ t, x, y, p }: EventBatch): number[][] =>
  Array.from(t, (time, i) => [time, x[i]!, y[i]!, p[i]!]);

formatContract(streamSamples);
datagramContract(datagramSamples);

describe('every form', () => {
  it('is in the list and makes its decoder', () => {
    expect(networkForms.map(({ id }) => id)).toEqual([
      'caer-tcp',
      'caer-udp',
      'dv-tcp',
      'faery-udp',
      'jaer-tcp',
      'jaer-udp',
      'spif-udp',
    ]);
    for (const { id } of networkForms)
      expect(findNetworkForm(id)!.createDecoder({ geometry: GEOMETRY }).report.events).toBe(0);
  });
});

describe('jAER UDP', () => {
  const [a, b, c] = [1, 2, 3].map((i) => jaerDatagram(i, [100 * i, i, i, 1])) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];

  it('reads events', () => {
    expect(tuples(receive(new JaerUdpDecoder(), [a, b, c]))).toEqual([
      [100, 1, 1, 1],
      [200, 2, 2, 1],
      [300, 3, 3, 1],
    ]);
  });

  it('counts gaps, leaves duplicates out and keeps what comes late', () => {
    const decoder = new JaerUdpDecoder();
    expect(receive(decoder, [a, c, c, b]).length).toBe(3);
    expect(decoder.report.datagrams).toEqual({
      received: 4,
      malformed: 0,
      missing: 0,
      duplicated: 1,
      outOfOrder: 1,
    });
    const gap = new JaerUdpDecoder();
    receive(gap, [a, jaerDatagram(9, [5, 0, 0, 0])]);
    expect(gap.report.datagrams?.missing).toBe(7);
    const strict = new JaerUdpDecoder({ policy: 'strict' });
    strict.push(a);
    expect(() => strict.push(c)).toThrow(expect.objectContaining({ code: 'SEQUENCE_GAP' }));
  });

  it('says that the chip is assumed where nobody states it', () => {
    for (const form of [JaerUdpDecoder, JaerTcpDecoder]) {
      expect(new form().report.notes).toMatchObject([{ code: 'INFERRED_CHIP', option: 'chip' }]);
      expect(new form({ chip: 'davis346' }).report.notes).toEqual([]);
    }
  });

  it('knows what senders can be set to', () => {
    const address = dvsAddress(3, 4, 1);
    const expected = [[1000, 3, 4, 1]];
    const read = (options: ConstructorParameters<typeof JaerUdpDecoder>[0], bytes: Uint8Array): number[][] =>
      tuples(receive(new JaerUdpDecoder(options), [bytes]));
    expect(read({ sequenceNumbers: false }, numbers('big', [address, 4], [1000, 4]))).toEqual(expected);
    expect(read({ timestampFirst: true }, numbers('big', [1, 4], [1000, 4], [address, 4]))).toEqual(expected);
    expect(read({ addressBytes: 2 }, numbers('big', [1, 4], [address, 2], [1000, 4]))).toEqual(expected);
    expect(read({ byteSwap: true }, numbers('little', [1, 4], [address, 4], [1000, 4]))).toEqual(expected);
    expect(read({ timestampBytes: 0, now: () => 1000 }, numbers('big', [1, 4], [address, 4]))).toEqual(
      expected,
    );
    expect(
      read({ skipBytes: 28 }, joinBytes(new Uint8Array(28), numbers('big', [1, 4], [address, 4], [1000, 4]))),
    ).toEqual(expected);
  });

  it('unwraps the counter, and a late datagram from before the wrap does not move it', () => {
    const top = 2 ** 31 - 10;
    const datagrams = [
      jaerDatagram(1, [top, 0, 0, 1]),
      jaerDatagram(3, [-(2 ** 31) + 5, 0, 0, 1]),
      jaerDatagram(2, [top + 5, 0, 0, 1]),
      jaerDatagram(4, [-(2 ** 31) + 9, 0, 0, 1]),
    ];
    const decoder = new JaerUdpDecoder();
    expect([...receive(decoder, datagrams).t]).toEqual([top, 2 ** 31 + 5, top + 5, 2 ** 31 + 9]);
    expect(decoder.report.wraps).toBe(1);
  });
});

it('jAER TCP has the fields the other way round than files', () => {
  const file = new Aedat2Encoder({ chipLine: false }).push(DVS128_EVENTS);
  const records = file.slice(file.length - 8 * DVS128_EVENTS.length);
  for (let at = 0; at < records.length; at += 8) {
    const address = records.slice(at, at + 4);
    records.copyWithin(at, at + 4, at + 8);
    records.set(address, at + 4);
  }
  expect(tuples(decodeAll(new JaerTcpDecoder(), records, [3]))).toEqual(tuples(DVS128_EVENTS));
});

describe('cAER', () => {
  const first = packet([polarity(1, 1, 2, 1), polarity(2, 3, 4, 0), polarity(3, 5, 6, 1)]);
  const split = 28 + 8;
  const pieces = [
    joinBytes(caerHeader(0, true), first.subarray(0, split)),
    joinBytes(caerHeader(1), first.subarray(split)),
    joinBytes(caerHeader(2, true), packet([polarity(9, 7, 8, 1)])),
  ];

  it('TCP refuses what has no header', () => {
    expect(() => new CaerTcpDecoder().push(new Uint8Array(20))).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER' }),
    );
  });

  it('UDP puts packets together that go over several datagrams', () => {
    const decoder = new CaerUdpDecoder({ geometry: GEOMETRY, policy: 'strict' });
    expect([...receive(decoder, pieces).t]).toEqual([1, 2, 3, 9]);
  });

  it('UDP keeps whole events before a gap and goes on with the next packet', () => {
    const decoder = new CaerUdpDecoder({ geometry: GEOMETRY });
    expect([...receive(decoder, [pieces[0]!, pieces[2]!]).t]).toEqual([1, 9]);
    expect(decoder.report.datagrams).toMatchObject({ received: 2, missing: 1 });
  });
});

describe('SPIF and faery', () => {
  it.each(datagramSamples.slice(2).map(({ name, open, datagrams }) => [name, open, datagrams] as const))(
    '%s',
    (name, open, datagrams) => {
      const expected: Record<string, number[][]> = {
        SPIF: [
          [1000, 3, 4, 1],
          [1500, 5, 6, 0],
          [2000, 7, 8, 0],
        ],
        'faery, 13 bytes': [
          [1e15 + 1, 3, 4, 1],
          [1e15 + 1, 5, 6, 0],
          [1e15 + 2, 3, 4, 1],
          [1e15 + 2, 5, 6, 0],
        ],
        'faery, 8 bytes': [
          [1000, 3, 4, 1],
          [2000, 3, 4, 1],
        ],
        'faery, Event Stream': [
          [1e15 + 1005, 3, 255, 1],
          [1e15 + 1139, 5, 253, 0],
          [1e15 + 2005, 3, 255, 1],
          [1e15 + 2139, 5, 253, 0],
        ],
      };
      expect(tuples(receive(open({}), datagrams))).toEqual(expected[name]);
    },
  );

  it('unwrap 32 bits', () => {
    const decoder = new SpifUdpDecoder();
    const words = [2 ** 32 - 1, 3].map((t) => numbers('little', [1 << 16, 4], [t, 4]));
    expect([...receive(decoder, words).t]).toEqual([2 ** 32 - 1, 2 ** 32 + 3]);
  });

  it('need what their bytes do not tell', () => {
    expect(() => new FaeryUdpDecoder({ payload: 'event_stream' })).toThrow(
      expect.objectContaining({ option: 'geometry' }),
    );
    expect(() => new FaeryUdpDecoder({ payload: 'json' as 'event_stream' })).toThrow(
      expect.objectContaining({ option: 'payload' }),
    );
  });
});
