/** Writes AEDAT 2.0 as jAER does, with a chip line and an end marker. */
import { OptionError, type EventBatch } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { EncoderOptions, EventEncoder } from '../event-format.ts';
import { CHIP_LAYOUTS, type Aedat2Chip, type ChipLayout } from './addressing.ts';
import { AEDAT2_RECORD_BYTES } from './record.ts';

/** Options of the AEDAT 2.0 encoder. */
export interface Aedat2EncoderOptions extends EncoderOptions {
  /** Default: from the geometry; DVS128 if that is not stated. */
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

function chipOf({ chip, geometry }: Aedat2EncoderOptions): Aedat2Chip {
  if (chip !== undefined) return chip;
  if (geometry === undefined) return 'dvs128';
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
export class Aedat2Encoder implements EventEncoder {
  readonly #layout: ChipLayout;
  readonly #header: string;
  #offset = 0;

  constructor(options: Aedat2EncoderOptions = {}) {
    this.#layout = CHIP_LAYOUTS[chipOf(options)];
    const lines = [
      '#!AER-DAT2.0',
      '# This is a raw AE data file - do not edit',
      '# Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event',
      '# Timestamps tick is 1 us',
      ...(options.comments ?? []).map((comment) => `# ${comment}`),
    ];
    if (options.chipLine ?? true)
      lines.push(`# AEChip: ${CHIP_CLASSES[this.#layout.chip]}`, '#End Of ASCII Header');
    this.#header = lines.map((line) => `${line}\r\n`).join('');
  }

  push(batch: EventBatch): Uint8Array {
    const header = this.#takeHeader();
    const bytes = new Uint8Array(header.length + batch.length * AEDAT2_RECORD_BYTES);
    bytes.set(header);
    const view = new DataView(bytes.buffer);
    const { geometry, xShift, yShift, polarityShift, onBit } = this.#layout;
    for (let i = 0, at = header.length; i < batch.length; i++, at += AEDAT2_RECORD_BYTES) {
      const [t, x, y, p] = [batch.t[i]!, batch.x[i]!, batch.y[i]!, batch.p[i]!];
      if (x >= geometry.width || y >= geometry.height || t < -(2 ** 31) || t >= 2 ** 31) {
        throw new EventFormatError(
          'UNENCODABLE_EVENT',
          this.#offset + at,
          `AEDAT 2.0 for ${this.#layout.chip} cannot hold t ${t}, x ${x}, y ${y}: x and y must be inside ${geometry.width}x${geometry.height}, t inside 32 bits. Subtract an offset from the times.`,
        );
      }
      const bit = p === 1 ? onBit : 1 - onBit;
      const column = geometry.width - 1 - x;
      const row = geometry.height - 1 - y;
      view.setUint32(at, ((row << yShift) | (column << xShift) | (bit << polarityShift)) >>> 0);
      view.setInt32(at + 4, t);
    }
    this.#offset += bytes.length;
    return bytes;
  }

  finish(): Uint8Array {
    return this.#takeHeader();
  }

  #takeHeader(): Uint8Array {
    return this.#offset === 0 ? new TextEncoder().encode(this.#header) : new Uint8Array(0);
  }
}
