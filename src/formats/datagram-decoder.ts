/** What the decoders of datagrams share: their account, and what damage to it means. */
import { DatagramSequence, type DatagramPlace } from './datagram-sequence.ts';
import type { DatagramAccount } from './decode-report.ts';
import type { DecoderOptions } from './event-format.ts';
import { PushDecoder } from './push-decoder.ts';

/**
 * Base of decoders whose every `push` takes exactly one datagram. A form implements `decodeDatagram`, asks
 * `placeOf` where its datagrams carry numbers, and answers `malformed` to what it cannot read.
 */
export abstract class DatagramDecoder extends PushDecoder {
  readonly #datagrams: DatagramAccount;
  readonly #sequence: DatagramSequence;

  /** @param modulus where the form's sequence numbers start again from 0. */
  constructor(format: string, variant: string, options: DecoderOptions, modulus: number = 2 ** 32) {
    super(format, variant, options);
    this.#datagrams = { received: 0, malformed: 0, missing: 0, duplicated: 0, outOfOrder: 0 };
    this.account.datagrams = this.#datagrams;
    this.#sequence = new DatagramSequence(this.#datagrams, modulus);
  }

  /** Offset of the current datagram in all bytes received. */
  protected datagramOffset = 0;

  protected decode(bytes: Uint8Array): void {
    this.datagramOffset = this.account.bytes - bytes.length;
    this.#datagrams.received++;
    this.decodeDatagram(bytes);
  }

  /** Decodes one datagram; `bytes` may be reused after the call. */
  protected abstract decodeDatagram(bytes: Uint8Array): void;

  protected end(): void {
    // Every datagram is complete in itself.
  }

  /** Notes a sequence number and says where the datagram stands among the others: leave a `duplicate` one out. */
  protected placeOf(sequenceNumber: number): DatagramPlace {
    const missingBefore = this.#datagrams.missing;
    const place = this.#sequence.take(sequenceNumber);
    if (place !== 'next') {
      const missing = this.#datagrams.missing - missingBefore;
      const what = {
        gap: `${missing} datagrams are missing before it`,
        late: 'it came after a younger one',
        duplicate: 'it came twice and is left out',
        stray: 'that is far from the others',
        restart: 'the sender counts from here now',
      }[place];
      this.damage('SEQUENCE_GAP', this.datagramOffset, `Datagram ${sequenceNumber}: ${what}.`);
    }
    return place;
  }

  /** The datagram cannot be read: counted, and left out whole. */
  protected malformed(message: string): void {
    this.#datagrams.malformed++;
    this.damage('CORRUPT_DATA', this.datagramOffset, message);
  }
}
