/** Writes AEDAT 2.0 as jAER does, with a chip line and an end marker. */
import { OptionError, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { CHIP_LAYOUTS, type Aedat2Chip, type ChipLayout } from './addressing.ts';
import { AEDAT2_RECORD_BYTES } from './record.ts';

/** Options of the AEDAT 2.0 encoder. */
export interface Aedat2EncoderOptions extends EncoderOptions {
  /** Default: from the geometry, also that of the first batch; DVS128 if that is not stated. */
  readonly chip?: Aedat2Chip;
  /** Further header lines, without `#` and line end. */
  readonly comments?: readonly string[];
  /** The `# AEChip` line and the end marker. Data sets such as CIFAR10-DVS have neither. Default true. */
  readonly chipLine?: boolean;
}

const CHIP_CLASSES: Readonly<Record<Aedat2Chip, string>> = {
  dvs128: 'ch.unizh.ini.jaer.chip.retina.DVS128',
  davis240: 'eu.seebetter.ini.chips.davis.DAVIS240C',
  davis346: 'eu.seebetter.ini.chips.davis.Davis346red',
};

function chipOf(geometry: SensorGeometry | null): Aedat2Chip {
  if (geometry === null) return 'dvs128';
  const found = Object.values(CHIP_LAYOUTS).find(
    (layout) => layout.geometry.width === geometry.width && layout.geometry.height === geometry.height,
  );
  if (found !== undefined) return found.chip;
  throw new OptionError(
    'geometry',
    `is of no known chip (${geometry.width}x${geometry.height}); give option chip`,
  );
}

/**
 * Push encoder for canonical events.
 *
 * @example
 * ```ts
 * import { Aedat2Encoder, batchFromTuples } from 'saccade';
 * const bytes = new Aedat2Encoder().push(batchFromTuples([[1000, 3, 4, 1]]));
 * console.log(new TextDecoder().decode(bytes.subarray(0, 13))); // '#!AER-DAT2.0\r'
 * ```
 */
export class Aedat2Encoder extends PushEncoder {
  readonly #options: Aedat2EncoderOptions;
  #layout: ChipLayout | undefined;

  constructor(options: Aedat2EncoderOptions = {}) {
    super('AEDAT 2.0', options);
    this.#options = options;
    const { chip, geometry } = options;
    if (chip !== undefined || geometry !== undefined) {
      this.#layout = CHIP_LAYOUTS[chip ?? chipOf(geometry ?? null)];
    }
  }

  protected header(geometry: SensorGeometry | null): Uint8Array {
    this.#layout ??= CHIP_LAYOUTS[chipOf(geometry)];
    const lines = [
      '#!AER-DAT2.0',
      '# This is a raw AE data file - do not edit',
      '# Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event',
      '# Timestamps tick is 1 us',
      ...(this.#options.comments ?? []).map((comment) => `# ${comment}`),
    ];
    if (this.#options.chipLine ?? true)
      lines.push(`# AEChip: ${CHIP_CLASSES[this.#layout.chip]}`, '#End Of ASCII Header');
    return new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(''));
  }

  protected encode(batch: EventBatch): Uint8Array {
    const bytes = new Uint8Array(batch.length * AEDAT2_RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    const { chip, geometry, xShift, yShift, polarityShift, onBit } = this.#layout!;
    for (let i = 0, at = 0; i < batch.length; i++, at += AEDAT2_RECORD_BYTES) {
      const [t, x, y, p] = [batch.t[i]!, batch.x[i]!, batch.y[i]!, batch.p[i]!];
      if (x >= geometry.width || y >= geometry.height || t < -(2 ** 31) || t >= 2 ** 31) {
        const size = `${geometry.width}x${geometry.height}`;
        const limits = `x and y must be inside ${size} (${chip}), t inside 32 bits. Subtract an offset from the times`;
        throw this.unencodable(batch, i, at, limits);
      }
      const bit = p === 1 ? onBit : 1 - onBit;
      const column = geometry.width - 1 - x;
      const row = geometry.height - 1 - y;
      view.setUint32(at, ((row << yShift) | (column << xShift) | (bit << polarityShift)) >>> 0);
      view.setInt32(at + 4, t);
    }
    return bytes;
  }
}
