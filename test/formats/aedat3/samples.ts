import { batchFromTuples } from '../../../src/events/index.ts';
import { Aedat3Decoder, Aedat3Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';
import { event, frame, header, imu, packet, polarity, special } from './packets.ts';

export const HEADER: Uint8Array = header('3.1', 'DVS128');
export const RESET: Uint8Array = packet([special(0x7fff_ffff, 1)], { type: 0 });
export const MIXED: Uint8Array = joinBytes(
  HEADER,
  packet([special(3, 2), special(4, 16)], { type: 0 }),
  packet([polarity(10, 1, 2, 1), polarity(11, 3, 4, 0, 0), polarity(12, 5, 6, 0)], { capacity: 4 }),
  packet([imu(13, [1, 2, 3, 4, 5, 6, 7])], { type: 3 }),
  packet([frame(14, { channels: 1, size: [2, 1], at: [0, 0], pixels: [7, 8] })], { type: 2, timeOffset: 8 }),
  packet([event(1, 0, 5)], { type: 100 }),
  RESET,
  packet([polarity(1, 127, 127, 1)], { overflow: 1 }),
);

export const aedat3Samples: readonly ContractSample[] = [
  { name: 'AEDAT 3.1', bytes: MIXED, open: (options) => new Aedat3Decoder(options) },
  {
    name: 'AEDAT 3.1 with listeners',
    bytes: MIXED,
    open: (options) =>
      new Aedat3Decoder({
        ...options,
        sideChannels: {
          frame: () => undefined,
          imu: () => undefined,
          special: () => undefined,
          trigger: () => undefined,
        },
      }),
  },
  {
    name: 'AEDAT 3.0',
    bytes: joinBytes(header('3.0', 'DVS128'), packet([event((5 << 18) | (7 << 4) | 3, 9), event(1, 10)])),
    open: (options) => new Aedat3Decoder(options),
  },
  {
    name: 'AEDAT 3.1 from the encoder',
    bytes: encodeAll(
      new Aedat3Encoder(),
      batchFromTuples(Array.from({ length: 30 }, (_, i) => [i * 2 ** 28, i, i, i % 2] as const)),
    ),
    open: (options) => new Aedat3Decoder(options),
  },
];
