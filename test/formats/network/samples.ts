import {
  CaerTcpDecoder,
  CaerUdpDecoder,
  DvTcpDecoder,
  FaeryUdpDecoder,
  JaerTcpDecoder,
  JaerUdpDecoder,
  SpifUdpDecoder,
  type DecoderOptions,
  type EventDecoder,
} from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { packet, polarity, special } from '../aedat3/packets.ts';
import { aedat4File } from '../aedat4/samples.ts';

/** Datagrams in the order in which they were sent, and who reads them. */
export interface DatagramSample {
  readonly name: string;
  readonly datagrams: readonly Uint8Array[];
  readonly open: (options: DecoderOptions) => EventDecoder;
}

const GEOMETRY = { width: 346, height: 260 };

/** Numbers of 1 to 8 bytes, one after the other. */
export function numbers(
  endian: 'big' | 'little',
  ...fields: readonly (readonly [value: number, bytes: 1 | 2 | 4 | 8])[]
): Uint8Array {
  return joinBytes(
    ...fields.map(([value, bytes]) => {
      const little = Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 0xff);
      return Uint8Array.from(endian === 'little' ? little : little.reverse());
    }),
  );
}

/** A DVS128 address. */
export const dvsAddress = (x: number, y: number, p: number): number =>
  ((127 - y) << 8) | ((127 - x) << 1) | (1 - p);

export function jaerDatagram(
  sequence: number,
  ...events: readonly (readonly [t: number, x: number, y: number, p: number])[]
): Uint8Array {
  return joinBytes(
    numbers('big', [sequence, 4]),
    ...events.map(([t, x, y, p]) => numbers('big', [dvsAddress(x, y, p), 4], [t >>> 0, 4])),
  );
}

export function caerHeader(sequence: number, begins = false): Uint8Array {
  const high = (begins ? 2 ** 31 : 0) + Math.floor(sequence / 2 ** 32);
  return numbers(
    'little',
    [0x0b9a_6658, 4],
    [0x1d37_8bc9, 4],
    [sequence % 2 ** 32, 4],
    [high, 4],
    [1, 1],
    [0, 1],
    [1, 2],
  );
}

const caerPackets = joinBytes(
  packet([special(3, 2)], { type: 0 }),
  packet([polarity(10, 1, 2, 1), polarity(11, 3, 4, 0, 0), polarity(12, 5, 6, 0)], { capacity: 4 }),
  packet([polarity(1, 127, 127, 1)], { overflow: 1 }),
);
const aedat4 = aedat4File('lz4');
const tableAt = Number(new DataView(aedat4.buffer).getBigInt64(54, true));

/** Streams, which may be cut anywhere. */
export const streamSamples: readonly ContractSample[] = [
  {
    name: 'jAER TCP',
    bytes: joinBytes(
      ...[1, 2, 3, 4].map((i) => numbers('big', [1000 * i, 4], [dvsAddress(i, 2 * i, i & 1), 4])),
    ),
    open: (options) => new JaerTcpDecoder(options),
  },
  {
    name: 'cAER TCP',
    bytes: joinBytes(caerHeader(0), caerPackets),
    open: (options) => new CaerTcpDecoder({ ...options, geometry: GEOMETRY }),
  },
  {
    name: 'DV TCP',
    bytes: aedat4.subarray(14, tableAt),
    open: (options) => new DvTcpDecoder(options),
  },
];

export const datagramSamples: readonly DatagramSample[] = [
  {
    name: 'jAER UDP',
    datagrams: [1, 2, 3, 4, 5].map((i) => jaerDatagram(i, [100 * i, i, i, 1], [100 * i + 1, i, 127, 0])),
    open: (options) => new JaerUdpDecoder(options),
  },
  {
    name: 'cAER UDP',
    datagrams: [0, 1, 2].map((i) =>
      joinBytes(caerHeader(i, true), packet([polarity(10 * i, 1, 2, 1), polarity(10 * i + 5, 3, 4, 0)])),
    ),
    open: (options) => new CaerUdpDecoder({ ...options, geometry: GEOMETRY }),
  },
  {
    name: 'SPIF',
    datagrams: [
      numbers('little', [(3 << 16) | 0x8000 | 4, 4], [1000, 4], [2 ** 31 + (5 << 16) + 6, 4]),
      numbers('little', [(7 << 16) | 8, 4], [2000, 4]),
    ],
    open: (options) => new SpifUdpDecoder({ ...options, now: () => 1500 }),
  },
  {
    name: 'faery, 13 bytes',
    datagrams: [1, 2].map((i) =>
      numbers('little', [1e15 + i, 8], [3, 2], [4, 2], [1, 1], [1e15 + i, 8], [5, 2], [6, 2], [0, 1]),
    ),
    open: (options) => new FaeryUdpDecoder(options),
  },
  {
    name: 'faery, 8 bytes',
    datagrams: [1, 2].map((i) => numbers('little', [1000 * i, 4], [3, 2], [(4 << 1) | 1, 2])),
    open: (options) => new FaeryUdpDecoder({ ...options, payload: 't32_x16_y15_on1' }),
  },
  {
    name: 'faery, Event Stream',
    datagrams: [1, 2].map((i) =>
      joinBytes(
        numbers('little', [1e15 + 1000 * i, 8]),
        Uint8Array.of((5 << 1) | 1, 3, 0, 4, 0, 0xff, 7 << 1, 5, 0, 6, 0),
      ),
    ),
    open: (options) => new FaeryUdpDecoder({ ...options, payload: 'event_stream', geometry: GEOMETRY }),
  },
];
