/** Records of 5 bytes: x, y, polarity (1 = ON) and 23 bits of microseconds, big-endian, no header. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecoderOptions } from '../event-format.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import { RecordDecoder } from '../records/record-decoder.ts';
import { atis40Layout } from './layout.ts';
import { ATIS40_RECORD_BYTES } from './record.ts';

/** Options of the ATIS 40-bit decoder. The format states no geometry: give it to have events checked. */
export interface Atis40DecoderOptions extends DecoderOptions {
  /** Records with y = 240 add 2^13 µs to all later times instead of being events. Default true. */
  readonly overflowMarkers?: boolean;
}

const OVERFLOW_MICROS = 2 ** 13;

/**
 * Push decoder for N-MNIST and its relatives.
 *
 * @example
 * ```ts
 * import { Atis40Decoder } from 'saccade';
 * const decoder = new Atis40Decoder({ geometry: { width: 34, height: 34 } });
 * const [batch] = decoder.push(new Uint8Array([3, 4, 0x80, 1, 0]));
 * console.log(batch?.x[0], batch?.y[0], batch?.p[0], batch?.t[0]); // 3 4 1 256
 * ```
 */
export class Atis40Decoder extends RecordDecoder {
  readonly geometry: SensorGeometry | null;
  protected readonly recordBytes: number = ATIS40_RECORD_BYTES;
  readonly #overflowMarkers: boolean;

  constructor(options: Atis40DecoderOptions = {}) {
    super('atis40', 'ATIS40', options);
    this.geometry = options.geometry ?? null;
    this.#overflowMarkers = options.overflowMarkers ?? true;
  }

  protected decode(bytes: Uint8Array): void {
    this.pushRecords(bytes);
  }

  protected end(): void {
    this.endRecords();
  }

  protected startRecords(): RecordStream {
    return {
      layout: atis40Layout(this.geometry, this.#overflowMarkers),
      clock: { offset: 0, last: 0, wraps: 0 },
      marker: (clock) => {
        clock.offset += OVERFLOW_MICROS;
        clock.wraps++;
      },
    };
  }
}
