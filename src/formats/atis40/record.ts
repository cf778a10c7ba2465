/** What 40-bit records look like. */

/** Bytes of a record. */
export const ATIS40_RECORD_BYTES = 5;

/** A record with this y is no event: the counter passed 2^13 µs (old files only). */
export const OVERFLOW_Y = 240;

/** Records looked at to judge whether bytes may be this format. */
const PROBE_RECORDS = 64;
/** A longer silence among the first records is taken for another format. */
const MAX_PROBE_STEP_MICROS = 100_000;

/** Whether the first records go forward in time by small steps, as recorded ones do. */
export function looksLikeAtis40(head: Uint8Array): boolean {
  const records = Math.min(PROBE_RECORDS, Math.floor(head.length / ATIS40_RECORD_BYTES));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let previous: number | undefined;
  for (let i = 0; i < records; i++) {
    const timestamp = view.getUint32(i * ATIS40_RECORD_BYTES + 1) & 0x7f_ffff;
    const step = timestamp - (previous ?? timestamp);
    if (step < 0 || step > MAX_PROBE_STEP_MICROS) return false;
    previous = timestamp;
  }
  return records > 0;
}
