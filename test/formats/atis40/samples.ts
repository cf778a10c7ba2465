import { Atis40Decoder, Atis40Encoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';
import { DVS128_EVENTS } from '../aedat2/samples.ts';

export const atis40Samples: readonly ContractSample[] = [
  {
    name: 'ATIS 40-bit',
    bytes: encodeAll(new Atis40Encoder(), DVS128_EVENTS),
    open: (options) => new Atis40Decoder(options),
  },
  {
    name: 'ATIS 40-bit with overflow markers',
    bytes: joinBytes(Uint8Array.of(1, 2, 0, 0, 5, 0, 240, 0, 0, 0), Uint8Array.of(3, 4, 0x80, 0, 6)),
    open: (options) => new Atis40Decoder(options),
  },
];
