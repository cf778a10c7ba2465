/** DV's TCP stream: AEDAT 4 without the first line; older runtimes leave the IOHeader out too. */
import { Aedat4BodyDecoder } from '../aedat4/body-decoder.ts';
import { readIoHeader } from '../aedat4/io-header.ts';
import type { Aedat4DecoderOptions } from '../aedat4/packet-decoder.ts';
import { ByteQueue } from '../byte-queue.ts';
import { EventFormatError } from '../errors.ts';
import type { NetworkForm } from '../network-forms.ts';

/** Size, root offset, identifier. */
const PROBE_BYTES = 12;

/**
 * Push decoder of what DV's `net_tcp_server` sends. With the IOHeader its compression holds; without it, packets are
 * not compressed.
 *
 * @throws EventFormatError `BAD_HEADER` for an IOHeader that cannot be read.
 *
 * @example
 * ```ts
 * import { Aedat4Encoder, batchFromTuples, DvTcpDecoder } from 'saccade';
 * const file = new Aedat4Encoder().push(batchFromTuples([[10, 1, 2, 1]], { width: 346, height: 260 }));
 * const decoder = new DvTcpDecoder();
 * const [batch] = decoder.push(file.subarray('#!AER-DAT4.0\r\n'.length));
 * console.log(batch?.x[0], decoder.geometry); // 1 { width: 346, height: 260 }
 * ```
 */
export class DvTcpDecoder extends Aedat4BodyDecoder {
  readonly #head = new ByteQueue();
  #started = false;

  constructor(options: Aedat4DecoderOptions = {}) {
    super(options);
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#started) {
      this.pushPackets(bytes);
      return;
    }
    this.#head.push(bytes);
    this.#start();
    this.#head.keep();
  }

  protected end(): void {
    if (this.#started) this.endPackets();
    else this.truncated(this.#head.length, 'header');
  }

  #start(): void {
    const probe = this.#head.peek(PROBE_BYTES);
    if (probe === null) return;
    if (String.fromCharCode(...probe.subarray(8)) === 'IOHE') {
      const size = new DataView(probe.buffer, probe.byteOffset).getUint32(0, true);
      if (size > this.maxPacketBytes)
        throw new EventFormatError(
          'HEADER_TOO_LARGE',
          0,
          `The IOHeader states ${size} bytes. Raise maxPacketBytes if that is right.`,
        );
      const header = this.#head.take(4 + size);
      if (header === null) return;
      this.startPackets(readIoHeader(header, 0), header.length);
    } else {
      this.startPackets({ compression: 'none', dataTablePosition: -1, streams: [] }, 0);
    }
    this.#started = true;
    this.pushPackets(this.#head.take(this.#head.length)!);
  }
}

/** The form's entry in the list. */
export const dvTcp: NetworkForm = {
  id: 'dv-tcp',
  name: 'DV TCP (AEDAT 4)',
  transport: 'tcp',
  format: 'aedat4',
  createDecoder: (options) => new DvTcpDecoder(options),
};
