/** cAER's datagrams: each a network header and a piece of an AEDAT 3 packet. */
import type { SensorGeometry } from '../../events/index.ts';
import { maxPacketBytesOption, sourceChoice } from '../aedat3/decoder.ts';
import { looksLikePacketHeader, PACKET_HEADER_BYTES } from '../aedat3/packet.ts';
import { PacketParser } from '../aedat3/packet-parser.ts';
import { DatagramDecoder } from '../datagram-decoder.ts';
import type { DatagramPlace } from '../datagram-sequence.ts';
import type { NetworkForm } from '../network-forms.ts';
import type { StreamChoice } from '../stream-choice.ts';
import { CAER_HEADER_BYTES, readCaerHeader, type CaerHeader } from './caer-header.ts';
import type { CaerStreamOptions } from './caer-tcp.ts';

/**
 * Push decoder of what cAER's `net_udp` modules send; each `push` takes one datagram. A packet of events goes over
 * several datagrams, the first of which is marked. Where one is missing, the complete events before the gap are
 * kept and the rest of its packet is left out (counted as `malformed`). A late datagram gives its events only if it
 * begins a packet. The stream does not name its camera: give the geometry.
 *
 * @example
 * ```ts
 * import { CaerUdpDecoder } from 'saccade';
 * const decoder = new CaerUdpDecoder({ geometry: { width: 346, height: 260 } });
 * console.log(decoder.push(new Uint8Array(20)).length, decoder.report.datagrams?.malformed); // 0 1
 * ```
 */
export class CaerUdpDecoder extends DatagramDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #maxPacketBytes: number;
  readonly #choice: StreamChoice;
  #packets: PacketParser | undefined;

  constructor(options: CaerStreamOptions = {}) {
    super('aedat3', 'AEDAT3.1', options, 2 ** 53);
    this.geometry = options.geometry ?? null;
    this.#maxPacketBytes = maxPacketBytesOption(options);
    this.#choice = sourceChoice(this.account, [], options);
  }

  protected decodeDatagram(bytes: Uint8Array): void {
    const header = readCaerHeader(bytes);
    if (header === null || typeof header === 'string') {
      this.malformed(header ?? 'A datagram does not begin with the header of cAER.');
      return;
    }
    if (header.version === '3.0' && this.geometry === null) {
      this.malformed('AEDAT 3.0 counts rows from below: give the option geometry.');
      return;
    }
    const place = this.placeOf(header.sequence);
    if (place !== 'duplicate') this.#piece(header, place, bytes.subarray(CAER_HEADER_BYTES));
  }

  protected override end(): void {
    this.#packets?.finish();
  }

  #piece(header: CaerHeader, place: DatagramPlace, data: Uint8Array): void {
    const { version } = header;
    this.account.variant = `AEDAT${version}`;
    const offset = this.datagramOffset + CAER_HEADER_BYTES;
    if (place === 'late' || place === 'stray') {
      if (header.beginsPacket) this.#newParser(header).push(data, offset);
      else this.malformed(`Datagram ${header.sequence} came too late for its packet.`);
      return;
    }
    this.#packets ??= this.#newParser(header);
    if (place !== 'next') this.#packets.restart();
    // Other senders may not mark their packets.
    const begins = header.beginsPacket || (this.#packets.place !== 'inside' && this.#isPacket(data));
    if (begins) {
      if (this.#packets.place === 'inside') {
        this.damage('CORRUPT_DATA', this.datagramOffset, 'A packet begins before the last one is complete.');
      }
      this.#packets.restart();
    } else if (this.#packets.place !== 'inside') {
      this.malformed(`The beginning of the packet of datagram ${header.sequence} is missing.`);
      return;
    }
    this.#packets.push(data, offset);
  }

  #isPacket(data: Uint8Array): boolean {
    if (data.length < PACKET_HEADER_BYTES) return false;
    return looksLikePacketHeader(new DataView(data.buffer, data.byteOffset), 0, this.#maxPacketBytes);
  }

  #newParser({ version }: CaerHeader): PacketParser {
    return new PacketParser(this.sink(), {
      version,
      choice: this.#choice,
      geometry: () => this.geometry,
      maxPacketBytes: this.#maxPacketBytes,
    });
  }
}

/** The form's entry in the list. */
export const caerUdp: NetworkForm = {
  id: 'caer-udp',
  name: 'cAER UDP',
  transport: 'udp',
  format: 'aedat3',
  createDecoder: (options) => new CaerUdpDecoder(options),
};
