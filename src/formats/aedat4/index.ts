/** AEDAT 4.0, the format of DV. */
import { EventFormatError } from '../errors.ts';
import { startsWith, type EventFormat, type Sniff } from '../event-format.ts';
import { Aedat4Decoder } from './decoder.ts';
import type { Aedat4DecoderOptions } from './packet-decoder.ts';
import { Aedat4Encoder, type Aedat4EncoderOptions } from './encoder.ts';
import { readAedat4Table } from './read-table.ts';
import { AEDAT4_MAGIC, readIoHeader, variantOf, type IoHeader } from './io-header.ts';

/** The IOHeader, if all of it is there and it can be read. */
function wholeHeader(head: Uint8Array): IoHeader | null {
  const start = AEDAT4_MAGIC.length;
  if (head.length < start + 4) return null;
  const end = start + 4 + new DataView(head.buffer, head.byteOffset).getUint32(start, true);
  if (end > head.length) return null;
  try {
    return readIoHeader(head.subarray(start, end), start);
  } catch (error) {
    if (error instanceof EventFormatError) return null;
    throw error;
  }
}

/** The format's entry in the registry. */
export const aedat4Format: EventFormat<Aedat4DecoderOptions, Aedat4EncoderOptions> = {
  id: 'aedat4',
  name: 'AEDAT 4.0',
  extensions: ['.aedat4'],
  sideChannels: ['frame', 'imu', 'trigger', 'special'],
  streaming: true,
  decoderOptions: { stream: true, flipY: true, maxPacketBytes: true },
  encoderOptions: { compression: true },
  sniff: (head): Sniff | null => {
    if (!startsWith(head, '#!AER-DAT4')) return null;
    const header = wholeHeader(head);
    const geometry = header?.streams.find(({ type }) => type === 'EVTS')?.geometry;
    const variant = header === null ? 'AEDAT4.0' : variantOf(header.compression);
    return { confidence: 'certain', variant, ...(geometry && { geometry }) };
  },
  createDecoder: (options) => new Aedat4Decoder(options),
  createEncoder: (options) => new Aedat4Encoder(options),
  readTable: readAedat4Table,
};

export { AEDAT4_COMPRESSIONS, type Aedat4Compression } from './codec/codec.ts';
export { prepareZstdEncoder } from './codec/zstd-compressor.ts';
export { Aedat4Decoder } from './decoder.ts';
export { Aedat4Encoder, type Aedat4EncoderOptions } from './encoder.ts';
export type { Aedat4DecoderOptions } from './packet-decoder.ts';
