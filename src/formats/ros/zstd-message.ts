/** Messages that rosbag2 compressed one by one (its compression mode `message`). */
import { CodecError, codecProblem } from '../aedat4/codec/codec-error.ts';
import { ZSTD_MAGIC } from '../aedat4/codec/zstd-frame.ts';
import { zstdCodec } from '../aedat4/codec/zstd.ts';
import { MessageError } from './message-reader.ts';

const codec = zstdCodec(1);

/** What a ZSTD frame holds; other bytes as they are. @throws MessageError */
export function zstdFrameBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length < 4) return bytes;
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  if (magic !== ZSTD_MAGIC) return bytes;
  try {
    return codec.decompress(bytes, maxBytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const problem = codecProblem(error, 'maxChunkBytes').replace(/\.$/, '');
    throw new MessageError(`cannot be decompressed: ${problem}`, error.code);
  }
}
