/** BloscLZ, Blosc's own compression: FastLZ with longer distances. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';

const MOST_DISTANCE = 8191;
const LONG_LENGTH = 6;
const LONG_DISTANCE = 31 << 8;

/** Decompresses a stream. @returns how many bytes it became. @throws {@link CodecError} where they are more than fit. */
export function decompressBloscLz(bytes: Uint8Array, out: Uint8Array): number {
  const most = out.length;
  let to = 0;
  let at = 0;
  const next = (): number => {
    if (at >= bytes.length) throw damaged();
    return bytes[at++]!;
  };
  for (let isFirst = true; at < bytes.length; isFirst = false) {
    const control = isFirst ? next() & 31 : next();
    if (control < 32) {
      const end = to + control + 1;
      if (end > most) throw damaged();
      while (to < end) out[to++] = next();
      continue;
    }
    let length = (control >>> 5) - 1;
    if (length === LONG_LENGTH) {
      let more: number;
      do {
        more = next();
        length += more;
      } while (more === 255);
    }
    const high = (control & 31) << 8;
    const low = next();
    const distance =
      low === 255 && high === LONG_DISTANCE ? next() * 256 + next() + MOST_DISTANCE + 1 : high + low + 1;
    const end = to + length + 3;
    let from = to - distance;
    if (from < 0 || end > most) throw damaged();
    // A match may overlap what it writes: byte by byte.
    while (to < end) out[to++] = out[from++]!;
  }
  return to;
}

function damaged(): CodecError {
  return new CodecError('CORRUPT_DATA', 'A BloscLZ stream is damaged.');
}
