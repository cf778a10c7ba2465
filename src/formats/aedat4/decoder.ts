/** AEDAT 4.0 files (DV): first line, IOHeader, packets, an optional table of them. */
import { ByteQueue } from '../byte-queue.ts';
import { EventFormatError } from '../errors.ts';
import { Aedat4BodyDecoder } from './body-decoder.ts';
import { AEDAT4_MAGIC, readIoHeader } from './io-header.ts';
import type { Aedat4DecoderOptions } from './packet-decoder.ts';

/**
 * Push decoder. Packets are read in order; the file table is left alone, so that a file whose recorder crashed reads
 * as well as any. Times are as stored, usually Unix time in µs; those of jAER, which fell back by 2^32 µs in older
 * versions, are unwrapped. See iniVation's AEDAT 4 specification.
 *
 * @throws EventFormatError `BAD_HEADER` for a first line or an IOHeader that cannot be read.
 *
 * @example
 * ```ts
 * import { Aedat4Decoder, Aedat4Encoder, batchFromTuples } from 'saccade';
 * const encoder = new Aedat4Encoder();
 * const batch = batchFromTuples([[1589163147368868, 215, 164, 1]], { width: 346, height: 260 });
 * const decoder = new Aedat4Decoder();
 * decoder.push(encoder.push(batch)).forEach(({ t }) => console.log(t[0])); // 1589163147368868
 * console.log(decoder.geometry, decoder.report.variant); // { width: 346, height: 260 } 'AEDAT4.0/LZ4'
 * ```
 */
export class Aedat4Decoder extends Aedat4BodyDecoder {
  readonly #head = new ByteQueue();
  #stage: 'line' | 'header' | 'packets' = 'line';

  constructor(options: Aedat4DecoderOptions = {}) {
    super(options);
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#stage === 'packets') {
      this.pushPackets(bytes);
      return;
    }
    this.#head.push(bytes);
    if (this.#stage === 'line') this.#readLine();
    if (this.#stage === 'header') this.#readHeader();
    this.#head.keep();
  }

  protected end(): void {
    if (this.#stage === 'packets') this.endPackets();
    else this.truncated(this.#head.length, 'header');
  }

  #readLine(): void {
    const line = this.#head.take(AEDAT4_MAGIC.length);
    if (line === null) return;
    if (new TextDecoder('latin1').decode(line) !== AEDAT4_MAGIC)
      throw new EventFormatError('BAD_HEADER', 0, 'An AEDAT 4.0 file begins with "#!AER-DAT4.0".');
    this.account.headerLines = [AEDAT4_MAGIC.trim()];
    this.#stage = 'header';
  }

  #readHeader(): void {
    const prefix = this.#head.peek(4);
    if (prefix === null) return;
    const size = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true);
    if (size > this.maxPacketBytes) {
      throw new EventFormatError(
        'HEADER_TOO_LARGE',
        AEDAT4_MAGIC.length,
        `The IOHeader states ${size} bytes. Raise maxPacketBytes if that is right.`,
      );
    }
    const header = this.#head.take(4 + size);
    if (header === null) return;
    this.startPackets(readIoHeader(header, AEDAT4_MAGIC.length), AEDAT4_MAGIC.length + header.length);
    this.#stage = 'packets';
    this.pushPackets(this.#head.take(this.#head.length)!);
  }
}
