/** The header of a binary message, described declaratively: the oracle of the hand-written reader. */
import { Parser } from 'binary-parser';

/** Fields of the header. */
export interface HeaderFields {
  readonly magic: number;
  readonly version: number;
  readonly kind: number;
  readonly flags: number;
  readonly reserved: number;
  readonly seq: number;
  readonly count: number;
  readonly t0Low: number;
  readonly t0High: number;
}

/** Reads the header of a message without checking it. */
export function parseHeader(message: Uint8Array): HeaderFields {
  const parser = new Parser()
    .endianness('little')
    .uint16('magic')
    .uint8('version')
    .uint8('kind')
    .uint16('flags')
    .uint16('reserved')
    .uint32('seq')
    .uint32('count')
    .uint32('t0Low')
    .int32('t0High');
  return parser.parse(message) as unknown as HeaderFields;
}
