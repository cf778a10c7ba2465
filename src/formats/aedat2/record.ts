/** One AEDAT 2.0 record, described declaratively; the decoder's loop reads the same fields by hand. */
import { Parser } from 'binary-parser';
import type { TextHeaderSyntax } from '../text-header.ts';

/** An event as it stands in the file. */
export interface Aedat2Record {
  readonly address: number;
  readonly timestamp: number;
}

/** Bytes of a record. */
export const AEDAT2_RECORD_BYTES = 8;

/** Newer jAER ends the header with a marker, everything else with the first line that is none. */
export const JAER_SYNTAX: TextHeaderSyntax = { prefix: '#', endMarkers: ['#End Of ASCII Header'] };

let parser: Parser | undefined;

/**
 * All whole records of `bytes`. For looking at a recording and for tests: it is many times slower than the
 * decoder's loop. The parser is compiled at the first use because binary-parser generates code, which
 * a page's content security policy may forbid.
 */
export function parseAedat2Records(bytes: Uint8Array): Aedat2Record[] {
  parser ??= new Parser().endianness('big').array('records', {
    type: new Parser().endianness('big').uint32('address').int32('timestamp'),
    readUntil: 'eof',
  });
  const whole = bytes.length - (bytes.length % AEDAT2_RECORD_BYTES);
  if (whole === 0) return [];
  return parser.parse(bytes.subarray(0, whole))['records'] as Aedat2Record[];
}
