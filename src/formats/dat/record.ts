/** DAT records: little-endian u32 time, then a u32 of bit fields. */
import type { PolarityField } from '../records/index.ts';

/** Bytes of a record, unless the header states more. */
export const DAT_RECORD_BYTES = 8;

/** Version of the bit fields. */
export type DatVersion = 1 | 2;

/** Event type of files of triggers. */
export const TRIGGER = 0x0e;

/** Event types that a file may have: two spellings of pixel events, and triggers. */
export const DAT_TYPES: readonly number[] = [0x00, 0x0c, TRIGGER];

interface DatFields {
  readonly x: { readonly shift: number; readonly mask: number };
  readonly y: { readonly shift: number; readonly mask: number };
  readonly polarity: PolarityField;
}

/** Where the fields of pixel events are. */
export const DAT_FIELDS: Readonly<Record<DatVersion, DatFields>> = {
  1: {
    x: { shift: 0, mask: 0x1ff },
    y: { shift: 9, mask: 0xff },
    polarity: { shift: 17, mask: 1, inverted: false },
  },
  2: {
    x: { shift: 0, mask: 0x3fff },
    y: { shift: 14, mask: 0x3fff },
    polarity: { shift: 28, mask: 0xf, inverted: false },
  },
};

/** Records looked at to judge whether headerless bytes may be version 1. */
const PROBE_RECORDS = 64;
/** A longer silence among the first records is taken for another format. */
const MAX_PROBE_STEP_MICROS = 1_000_000;

/** Whether the first records could be those of a version 1 file without a header: free bits are 0, time goes on. */
export function looksLikeDat1(head: Uint8Array): boolean {
  const records = Math.min(PROBE_RECORDS, Math.floor(head.length / DAT_RECORD_BYTES));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let previous: number | undefined;
  for (let i = 0; i < records; i++) {
    const t = view.getUint32(DAT_RECORD_BYTES * i, true);
    const step = t - (previous ?? t);
    if (view.getUint32(DAT_RECORD_BYTES * i + 4, true) >>> 18 !== 0) return false;
    if (step < 0 || step > MAX_PROBE_STEP_MICROS) return false;
    previous = t;
  }
  return records > 0;
}
