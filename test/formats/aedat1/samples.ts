import { Aedat1Decoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { joinBytes } from '../../helpers/round-trip.ts';

export const HEADER: Uint8Array = new TextEncoder().encode('#!AER-DAT1.0\r\n# made by a test\r\n');

export function records(...words: readonly (readonly [address: number, t: number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(6 * words.length));
  words.forEach(([address, t], i) => {
    view.setUint16(6 * i, address);
    view.setInt32(6 * i + 2, t);
  });
  return new Uint8Array(view.buffer);
}
export const dvs = (xr: number, yr: number, bit: number): number => (yr << 8) | (xr << 1) | bit;
export const SOME: Uint8Array = records(
  ...Array.from({ length: 25 }, (_, i) => [dvs(3 * i, 5 * i, i & 1), 100 * i] as const),
);

export const aedat1Samples: readonly ContractSample[] = [
  {
    name: 'AEDAT 1.0',
    bytes: joinBytes(HEADER, SOME),
    open: (options) => new Aedat1Decoder(options),
  },
  { name: 'AEDAT 1.0 without a header', bytes: SOME, open: (options) => new Aedat1Decoder(options) },
];
