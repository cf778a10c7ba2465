/** One AEDAT 2.0 record, described declaratively: what the decoder's loop must read by hand. */
import { Parser } from 'binary-parser';
import { AEDAT2_RECORD_BYTES } from '../../../src/formats/aedat2/record.ts';

/** An event as it stands in the file. */
export interface Aedat2Record {
  readonly address: number;
  readonly timestamp: number;
}

/** All whole records of `bytes`. */
export function parseAedat2Records(bytes: Uint8Array): Aedat2Record[] {
  const parser = new Parser().endianness('big').array('records', {
    type: new Parser().endianness('big').uint32('address').int32('timestamp'),
    readUntil: 'eof',
  });
  const whole = bytes.length - (bytes.length % AEDAT2_RECORD_BYTES);
  return whole === 0 ? [] : (parser.parse(bytes.subarray(0, whole))['records'] as Aedat2Record[]);
}
