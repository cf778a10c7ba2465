/** AEDAT 1.0 records, and how to tell them where no header does. */
import { JAER_SYNTAX } from '../aedat2/record.ts';
import { TextHeaderReader } from '../text-header.ts';

/** Bytes of a record. */
export const AEDAT1_RECORD_BYTES = 6;

/** Fewer records than these are not enough to guess from. */
const MIN_PROBE_RECORDS = 8;
/** Records looked at to judge whether bytes may be this format. */
const PROBE_RECORDS = 64;
/** A longer silence among the first records is taken for another format. */
const MAX_PROBE_STEP_MICROS = 1_000_000;
/** Clocks stumble, at start-up most of all: one step back in so many records is put up with. */
const RECORDS_PER_BACKWARD_STEP = 16;

/** Whether the records behind any header lines mostly go forward in time by small steps, as recorded ones do. */
export function looksLikeAedat1(head: Uint8Array): boolean {
  const reader = new TextHeaderReader(JAER_SYNTAX);
  const data = reader.push(head) ?? reader.finish();
  const records = Math.min(PROBE_RECORDS, Math.floor(data.length / AEDAT1_RECORD_BYTES));
  if (records < MIN_PROBE_RECORDS) return false;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let backward = 0;
  let pixels = 0;
  let previous = view.getInt32(2);
  for (let i = 0; i < records; i++) {
    const at = AEDAT1_RECORD_BYTES * i;
    if (view.getUint16(at) < 0x8000) pixels++;
    const time = view.getInt32(at + 2);
    const step = time - previous;
    if (Math.abs(step) > MAX_PROBE_STEP_MICROS) return false;
    if (step < 0) backward++;
    previous = time;
  }
  return pixels > records / 2 && backward <= records / RECORDS_PER_BACKWARD_STEP;
}
