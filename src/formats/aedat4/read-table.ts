/** Where packets are, by the file's own table: FlatBuffer `FTAB` at its end. */
import { EventFormatError } from '../errors.ts';
import type { FormatTable, TablePiece } from '../format-table.ts';
import type { ByteTask } from '../random-access.ts';
import { endRun, startRun } from '../records/run.ts';
import { AEDAT4_CODECS } from './codec/codec.ts';
import { CodecError } from './codec/codec-error.ts';
import { FlatBufferError, FlatTable, sizePrefixed } from './flat-table.ts';
import { AEDAT4_MAGIC, readIoHeader, type IoHeader } from './io-header.ts';
import { maxPacketBytesOption, type Aedat4DecoderOptions } from './packet-decoder.ts';

const PACKET_HEADER_BYTES = 8;

interface Packet {
  /** Of its header. */
  readonly at: number;
  readonly stream: number;
  readonly size: number;
  readonly events: number;
  readonly tFirst: number;
  readonly tLast: number;
}

/**
 * Reads the table, if it can be believed: its packets follow each other from the header to the table without a gap, and
 * it states numbers and times of those with events. (DV of 2020 wrote zeros.) `null`: the packets must be looked at.
 */
export function* readAedat4Table(size: number, options: Aedat4DecoderOptions): ByteTask<FormatTable | null> {
  const start = AEDAT4_MAGIC.length;
  const maxBytes = maxPacketBytesOption(options);
  const prefix = yield { offset: start, length: 4 };
  if (prefix.length < 4) return null;
  const headerBytes = 4 + new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
  if (headerBytes > Math.min(maxBytes, size)) return null;
  const header = headerOf(yield { offset: start, length: headerBytes });
  const from = header?.dataTablePosition ?? -1;
  if (header === null || from < start + headerBytes || from >= size || size - from > maxBytes) return null;
  const packets = packetsOf(header, yield { offset: from, length: size - from }, maxBytes);
  return packets && tableOf(header, packets, { start: start + headerBytes, end: from }, options.stream);
}

function headerOf(bytes: Uint8Array): IoHeader | null {
  try {
    return readIoHeader(bytes, AEDAT4_MAGIC.length);
  } catch (error) {
    if (error instanceof EventFormatError) return null;
    throw error;
  }
}

function packetsOf({ compression }: IoHeader, bytes: Uint8Array, maxBytes: number): Packet[] | null {
  const run = startRun(1);
  try {
    // Some writers leave it as it is.
    const isPlain = bytes.length > 12 && String.fromCharCode(...bytes.subarray(8, 12)) === 'FTAB';
    const table = isPlain ? bytes : AEDAT4_CODECS[compression].decompress(bytes, maxBytes, run);
    const { buffer, id } = sizePrefixed(table);
    if (id !== 'FTAB') return null;
    return Array.from(FlatTable.root(buffer).tables(0), (entry) => {
      const [stream = 0, size = -1] = entry.struct(1, 2);
      const [at, events] = [entry.long(0, 0) - PACKET_HEADER_BYTES, entry.long(2, 0)];
      return { at, stream, size, events, tFirst: entry.long(3, 0), tLast: entry.long(4, 0) };
    }).sort((a, b) => a.at - b.at);
  } catch (error) {
    if (error instanceof CodecError || error instanceof FlatBufferError) return null;
    throw error;
  } finally {
    endRun(run);
  }
}

function tableOf(
  { streams }: IoHeader,
  packets: readonly Packet[],
  { start, end }: { readonly start: number; readonly end: number },
  stated: number | undefined,
): FormatTable | null {
  const declared = streams.filter(({ type }) => type === 'EVTS');
  const chosen = stated === undefined ? declared[0] : declared.find(({ id }) => id === stated);
  // jAER's times may have to be unwrapped, and its table counts from other places.
  if (chosen === undefined || /jaer/i.test(chosen.module)) return null;
  let at = start;
  const pieces: TablePiece[] = [];
  for (const packet of packets) {
    if (packet.at !== at || packet.size < 0) return null;
    at += PACKET_HEADER_BYTES + packet.size;
    if (packet.stream !== chosen.id) continue;
    const { events, tFirst, tLast } = packet;
    if (!(events > 0 && tFirst > 0 && tLast >= tFirst && tLast <= Number.MAX_SAFE_INTEGER)) return null;
    const point = { byteOffset: packet.at, segment: 0, state: [chosen.id] };
    pieces.push({ point, events, tEarliest: tFirst, tLatest: tLast });
  }
  return at === end && pieces.length > 0 ? { headerBytes: start, pieces } : null;
}
