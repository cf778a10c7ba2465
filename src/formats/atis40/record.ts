/** One 40-bit record, described declaratively; the decoder's loop reads the same fields by hand. */
import { Parser } from 'binary-parser';

/** An event as it stands in the file. */
export interface Atis40Record {
  readonly x: number;
  readonly y: number;
  readonly polarity: number;
  /** 23 bits. */
  readonly timestamp: number;
}

/** Bytes of a record. */
export const ATIS40_RECORD_BYTES = 5;

/** A record with this y is no event: the counter passed 2^13 µs (old files only). */
export const OVERFLOW_Y = 240;

let parser: Parser | undefined;

/** All whole records of `bytes`; for sniffing and tests, compiled at the first use. */
export function parseAtis40Records(bytes: Uint8Array): Atis40Record[] {
  parser ??= new Parser().endianness('big').array('records', {
    type: new Parser().endianness('big').uint8('x').uint8('y').bit1('polarity').bit23('timestamp'),
    readUntil: 'eof',
  });
  const whole = bytes.length - (bytes.length % ATIS40_RECORD_BYTES);
  return whole === 0 ? [] : (parser.parse(bytes.subarray(0, whole))['records'] as Atis40Record[]);
}

/** Records looked at to judge whether bytes may be this format. */
const PROBE_RECORDS = 64;
/** A longer silence among the first records is taken for another format. */
const MAX_PROBE_STEP_MICROS = 100_000;

/**
 * Whether the first records go forward in time by small steps, as recorded ones do. Read by hand: binary-parser
 * generates code, which a page's content security policy may forbid.
 */
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
