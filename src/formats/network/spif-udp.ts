/** AEStream's datagrams in the manner of SPIF: words of x, polarity and y, with or without a timestamp behind. */
import type { SensorGeometry } from '../../events/index.ts';
import { DatagramDecoder } from '../datagram-decoder.ts';
import type { DecoderOptions } from '../event-format.ts';
import type { NetworkForm } from '../network-forms.ts';
import { unixMicros, type ArrivalClock, type ArrivalClockOptions } from './arrival-clock.ts';
import { DatagramCounter } from './counter.ts';
import { EventRun } from './event-run.ts';

/** Options of the SPIF decoder. The form states no geometry: give it to have events checked. */
export interface SpifUdpOptions extends DecoderOptions, ArrivalClockOptions {}

const WORD_BYTES = 4;
const NO_TIMESTAMP = 0x8000_0000;

/**
 * Push decoder of what AEStream sends over UDP; each `push` takes one datagram of little-endian words. Bit 31 set:
 * no timestamp follows, the event gets the time of its datagram (`now`). Datagrams have no numbers, so what is
 * missing or came twice cannot be known. AEStream's last datagram ends with words of an earlier one, which cannot
 * be told from events.
 *
 * @example
 * ```ts
 * import { SpifUdpDecoder } from 'saccade';
 * const decoder = new SpifUdpDecoder({ now: () => 1000 });
 * const [batch] = decoder.push(new Uint8Array([4, 0x80, 3, 0x80]));
 * console.log(batch?.t[0], batch?.x[0], batch?.y[0], batch?.p[0]); // 1000 3 4 1
 * ```
 */
export class SpifUdpDecoder extends DatagramDecoder {
  readonly geometry: SensorGeometry | null;
  readonly #now: ArrivalClock;
  readonly #counter: DatagramCounter;

  constructor(options: SpifUdpOptions = {}) {
    super('spif', 'SPIF', options);
    this.geometry = options.geometry ?? null;
    this.#now = options.now ?? unixMicros;
    this.#counter = new DatagramCounter(this.account);
  }

  protected decodeDatagram(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length % WORD_BYTES !== 0) {
      this.malformed(`A datagram of ${length} bytes is not made of words of ${WORD_BYTES}.`);
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    const run = new EventRun(this.sink(), this.geometry, length / WORD_BYTES);
    let arrival: number | undefined;
    let cut = false;
    for (let at = 0; at < length;) {
      const word = view.getUint32(at, true);
      at += WORD_BYTES;
      let time = 0;
      if (word >= NO_TIMESTAMP) time = arrival ??= this.#now();
      else {
        cut = at === length;
        if (cut) break;
        time = this.#counter.take(view.getUint32(at, true));
        at += WORD_BYTES;
      }
      run.add(time, (word >>> 16) & 0x7fff, word & 0x7fff, (word >>> 15) & 1);
    }
    run.flush();
    if (cut) {
      this.damage(
        'CORRUPT_DATA',
        this.datagramOffset,
        'A datagram ends before the timestamp of its last event.',
      );
    }
  }
}

/** The form's entry in the list. */
export const spifUdp: NetworkForm = {
  id: 'spif-udp',
  name: 'AEStream UDP (SPIF)',
  transport: 'udp',
  format: 'spif',
  createDecoder: (options) => new SpifUdpDecoder(options),
};
