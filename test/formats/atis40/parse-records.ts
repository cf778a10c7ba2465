/** One 40-bit record, described declaratively: what the decoder's loop must read by hand. */
import { Parser } from 'binary-parser';
import { ATIS40_RECORD_BYTES } from '../../../src/formats/atis40/record.ts';

/** An event as it stands in the file. */
export interface Atis40Record {
  readonly x: number;
  readonly y: number;
  readonly polarity: number;
  /** 23 bits. */
  readonly timestamp: number;
}

/** All whole records of `bytes`. */
export function parseAtis40Records(bytes: Uint8Array): Atis40Record[] {
  const parser = new Parser().endianness('big').array('records', {
    type: new Parser().endianness('big').uint8('x').uint8('y').bit1('polarity').bit23('timestamp'),
    readUntil: 'eof',
  });
  const whole = bytes.length - (bytes.length % ATIS40_RECORD_BYTES);
  return whole === 0 ? [] : (parser.parse(bytes.subarray(0, whole))['records'] as Atis40Record[]);
}
