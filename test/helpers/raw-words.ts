/** Prophesee RAW files put together word by word. */
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import type { EventDecoder } from '../../src/formats/index.ts';
import { decodeAll } from './decode.ts';
import { joinBytes } from './round-trip.ts';

/** A header, then little-endian words of 2, 4 or 8 bytes. */
export function rawFile(
  header: string,
  wordBytes: 2 | 4 | 8,
  words: readonly (number | bigint)[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(wordBytes * words.length));
  words.forEach((word, i) => {
    if (wordBytes === 2) view.setUint16(2 * i, Number(word), true);
    else if (wordBytes === 4) view.setUint32(4 * i, Number(BigInt.asUintN(32, BigInt(word))), true);
    else view.setBigUint64(8 * i, BigInt(word), true);
  });
  return joinBytes(new TextEncoder().encode(header), new Uint8Array(view.buffer));
}

/** Events as `[t, x, y, p]`. */
export function tuplesOf(decoder: EventDecoder, file: Uint8Array): number[][] {
  const { t, x, y, p } = decodeAll(decoder, file);
  return Array.from(t, (time, i) => [time, x[i]!, y[i]!, p[i]!]);
}

/** A small stream with rows of neighbours, repeated times and silences. */
export const RAW_SAMPLE: EventBatch = batchFromTuples(
  Array.from({ length: 60 }, (_, i) => {
    const group = Math.floor(i / 10);
    return [3000 * group * group, i % 10 < 7 ? 20 * group + 2 * (i % 10) : 5, 7 * group, group % 2] as const;
  }),
  { width: 160, height: 120 },
);
