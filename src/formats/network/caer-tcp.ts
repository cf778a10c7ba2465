/** cAER's TCP stream: a network header, then AEDAT 3 packets. */
import type { SensorGeometry } from '../../events/index.ts';
import { maxPacketBytesOption, sourceChoice, type Aedat3DecoderOptions } from '../aedat3/decoder.ts';
import { PacketParser } from '../aedat3/packet-parser.ts';
import { ByteQueue } from '../byte-queue.ts';
import { EventFormatError } from '../errors.ts';
import type { NetworkForm } from '../network-forms.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { StreamChoice } from '../stream-choice.ts';
import { CAER_HEADER_BYTES, readCaerHeader } from './caer-header.ts';

/** Options of both cAER network forms. The stream does not name its camera: give the geometry. */
export type CaerStreamOptions = Omit<Aedat3DecoderOptions, 'maxHeaderBytes'>;

/**
 * Push decoder of what cAER's `net_tcp` modules send.
 *
 * @throws EventFormatError `BAD_HEADER` where the magic number is missing, `UNSUPPORTED_FORMAT` for packed events
 * and unknown versions, `UNSUPPORTED_CHIP` for version 3.0 without a geometry.
 *
 * @example
 * ```ts
 * import { CaerTcpDecoder } from 'saccade';
 * const decoder = new CaerTcpDecoder({ geometry: { width: 346, height: 260 } });
 * const magic = [0x58, 0x66, 0x9a, 0x0b, 0xc9, 0x8b, 0x37, 0x1d];
 * decoder.push(new Uint8Array([...magic, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0]));
 * console.log(decoder.report.variant, decoder.report.headerBytes); // 'AEDAT3.1' 20
 * ```
 */
export class CaerTcpDecoder extends PushDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #maxPacketBytes: number;
  readonly #choice: StreamChoice;
  readonly #head = new ByteQueue();
  #packets: PacketParser | undefined;

  constructor(options: CaerStreamOptions = {}) {
    super('aedat3', 'AEDAT3.1', options);
    this.geometry = options.geometry ?? null;
    this.#maxPacketBytes = maxPacketBytesOption(options);
    this.#choice = sourceChoice(this.account, [], options);
  }

  protected decode(bytes: Uint8Array): void {
    if (this.#packets !== undefined) {
      this.#packets.push(bytes, this.account.bytes - bytes.length);
      return;
    }
    this.#head.push(bytes);
    const header = this.#head.take(CAER_HEADER_BYTES);
    if (header !== null) {
      this.#packets = this.#start(header);
      const rest = this.#head.take(this.#head.length)!;
      this.#packets.push(rest, this.account.bytes - rest.length);
    }
    this.#head.keep();
  }

  protected end(): void {
    if (this.#packets === undefined) this.truncated(this.#head.length, 'network header');
    else this.#packets.finish();
  }

  #start(bytes: Uint8Array): PacketParser {
    const header = readCaerHeader(bytes);
    if (header === null) {
      throw new EventFormatError('BAD_HEADER', 0, 'The stream does not begin with the magic number of cAER.');
    }
    if (typeof header === 'string') throw new EventFormatError('UNSUPPORTED_FORMAT', 16, header);
    if (header.version === '3.0' && this.geometry === null) {
      throw new EventFormatError(
        'UNSUPPORTED_CHIP',
        0,
        'AEDAT 3.0 counts rows from below: give the option geometry.',
      );
    }
    this.account.variant = `AEDAT${header.version}`;
    this.account.headerBytes = CAER_HEADER_BYTES;
    return new PacketParser(this.sink(), {
      version: header.version,
      choice: this.#choice,
      geometry: () => this.geometry,
      maxPacketBytes: this.#maxPacketBytes,
    });
  }
}

/** The form's entry in the list. */
export const caerTcp: NetworkForm = {
  id: 'caer-tcp',
  name: 'cAER TCP',
  transport: 'tcp',
  format: 'aedat3',
  createDecoder: (options) => new CaerTcpDecoder(options),
};
