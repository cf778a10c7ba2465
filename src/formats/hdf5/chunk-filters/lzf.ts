/** Filter 32000: LZF, as h5py writes it. */
import { CodecError } from '../../aedat4/codec/codec-error.ts';
import type { ChunkFilter } from './filter.ts';

export const lzfFilter: ChunkFilter = {
  id: 32_000,
  name: 'lzf',
  decode: (bytes, _, most) => {
    const out = new Uint8Array(most);
    let to = 0;
    for (let at = 0; at < bytes.length;) {
      const control = bytes[at++]!;
      if (control < 32) {
        const end = at + control + 1;
        if (end > bytes.length || to + control + 1 > most) throw damaged();
        while (at < end) out[to++] = bytes[at++]!;
        continue;
      }
      let length = control >>> 5;
      if (length === 7) length += bytes[at++] ?? 0;
      let from = to - ((control & 31) << 8) - (bytes[at++] ?? 0) - 1;
      const end = to + length + 2;
      if (from < 0 || end > most || at > bytes.length) throw damaged();
      // A match may overlap what it writes: byte by byte.
      while (to < end) out[to++] = out[from++]!;
    }
    return out.subarray(0, to);
  },
};

function damaged(): CodecError {
  return new CodecError('CORRUPT_DATA', 'An LZF stream is damaged.');
}
