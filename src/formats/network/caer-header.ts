/** The 20 bytes that cAER sends once at the start of a TCP stream, and in front of every datagram. */
import type { Aedat3Version } from '../aedat3/source.ts';

/** Its length. */
export const CAER_HEADER_BYTES = 20;

/** 0x1D378BC90B9A6658, its two halves. */
const MAGIC: readonly [low: number, high: number] = [0x0b9a_6658, 0x1d37_8bc9];
const RAW = 0;
const VERSIONS: readonly Aedat3Version[] = ['3.0', '3.1'];

/** What a good header says. */
export interface CaerHeader {
  readonly version: Aedat3Version;
  /** 53 bits of it; always 0 on TCP. */
  readonly sequence: number;
  /** The highest bit of the sequence number: a packet of events begins with this datagram. */
  readonly beginsPacket: boolean;
}

/** Reads the first bytes; `null`: they are no such header. A string says why saccade cannot read what follows. */
export function readCaerHeader(bytes: Uint8Array): CaerHeader | string | null {
  if (bytes.length < CAER_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, CAER_HEADER_BYTES);
  if (view.getUint32(0, true) !== MAGIC[0] || view.getUint32(4, true) !== MAGIC[1]) return null;
  const version = VERSIONS[view.getUint8(16)];
  if (version === undefined) return `Version 3.${view.getUint8(16)} of AEDAT is unknown.`;
  if (view.getUint8(17) !== RAW) return 'The packets are packed. Let cAER send them as RAW.';
  const high = view.getUint32(12, true);
  return {
    version,
    sequence: (high & 0x1f_ffff) * 2 ** 32 + view.getUint32(8, true),
    beginsPacket: high >>> 31 === 1,
  };
}
