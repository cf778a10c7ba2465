/** Writes AEDAT 2.0 as jAER does, with a chip line and an end marker. */
import { OptionError, type EventBatch } from '../../events/index.ts';
import type { EncoderOptions } from '../event-format.ts';
import { PushEncoder } from '../push-encoder.ts';
import { takeBytes } from '../recycle-bytes.ts';
import { encodeRecords } from '../records/encode.ts';
import type { RecordLayout } from '../records/index.ts';
import { checkLine } from '../text-header.ts';
import { CHIP_LAYOUTS, conventionRule, type Aedat2Chip } from './addressing.ts';
import { aedat2Layout } from './layout.ts';
import { AEDAT2_RECORD_BYTES } from './record.ts';

/** Options of the AEDAT 2.0 encoder. */
export interface Aedat2EncoderOptions extends EncoderOptions {
  /** Default: from the geometry; DVS128 if that is not stated. */
  readonly chip?: Aedat2Chip;
  /** Further header lines, printable ASCII, without `#` and line end. */
  readonly comments?: readonly string[];
  /** The `# AEChip` line and the end marker. Data sets such as CIFAR10-DVS have neither. Default true. */
  readonly chipLine?: boolean;
}

const MAX_FALL = 2 ** 31;
/** `#`, which begins header lines. */
const HASH = 0x23;

const CHIP_CLASSES: Readonly<Record<Aedat2Chip, string>> = {
  dvs128: 'ch.unizh.ini.jaer.chip.retina.DVS128',
  davis208: 'eu.seebetter.ini.chips.davis.Davis208PixelParade',
  davis240: 'eu.seebetter.ini.chips.davis.DAVIS240C',
  davis346: 'eu.seebetter.ini.chips.davis.Davis346red',
  davis640: 'eu.seebetter.ini.chips.davis.Davis640',
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
 * Push encoder for canonical events. Times are 32 bits, signed, and may go back by up to 2^31 µs.
 *
 * @example
 * ```ts
 * import { Aedat2Encoder, batchFromTuples } from 'saccade';
 * const bytes = new Aedat2Encoder().push(batchFromTuples([[1000, 3, 4, 1]]));
 * console.log(new TextDecoder().decode(bytes.subarray(0, 13))); // '#!AER-DAT2.0\r'
 * ```
 */
export class Aedat2Encoder extends PushEncoder {
  readonly #layout: RecordLayout;
  readonly #header: Uint8Array;
  readonly #endMarker: boolean;
  #last = -Infinity;

  constructor(options: Aedat2EncoderOptions = {}) {
    const chip = CHIP_LAYOUTS[chipOf(options)];
    super(`AEDAT 2.0 of a ${chip.chip}`, options);
    this.#layout = aedat2Layout(chip, conventionRule('canonical'), chip.geometry);
    for (const comment of options.comments ?? []) checkLine('comments', comment);
    const lines = [
      '#!AER-DAT2.0',
      '# This is a raw AE data file - do not edit',
      '# Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event',
      '# Timestamps tick is 1 us',
      ...(options.comments ?? []).map((comment) => `# ${comment}`),
    ];
    this.#endMarker = options.chipLine ?? true;
    if (this.#endMarker) lines.push(`# AEChip: ${CHIP_CLASSES[chip.chip]}`, '#End Of ASCII Header');
    this.#header = new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(''));
  }

  protected header(): Uint8Array {
    return this.#header;
  }

  protected encode(batch: EventBatch): Uint8Array {
    const { t, length } = batch;
    const bytes = takeBytes(length * AEDAT2_RECORD_BYTES);
    let last = this.#last;
    for (let i = 0; i < length;) {
      const time = t[i]!;
      const at = i * AEDAT2_RECORD_BYTES;
      // Decoders take a longer fall for a wrap of the counter; within the window there is none.
      const window = {
        lowest: Math.max(-MAX_FALL, time - MAX_FALL / 2),
        highest: Math.min(MAX_FALL, time + MAX_FALL / 2),
        offset: 0,
        base: 0,
      };
      const isWrap = last - time > MAX_FALL;
      const next = isWrap ? i : encodeRecords(this.#layout, window, batch, i, length, bytes, at);
      if (next === i) {
        const { x, y } = this.#layout;
        throw this.unencodable(
          batch,
          i,
          at,
          `x and y must be inside ${x.size}x${y.size}, t whole, inside 32 bits and not more than 2^31 before the event in front of it. Subtract an offset from the times`,
        );
      }
      last = t[next - 1]!;
      i = next;
    }
    if (!this.#endMarker && this.#last === -Infinity && bytes[0] === HASH) {
      throw this.unencodable(batch, 0, 0, 'it would be read as a header line: leave the end marker in');
    }
    this.#last = last;
    return bytes;
  }
}
