/** AEDAT 2.0 (jAER): text header, then big-endian records of u32 address and i32 time. */
import type { Convention, SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { copyBytes, joinBytes } from '../bytes.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import { RecordDecoder } from '../records/record-decoder.ts';
import { TextHeaderReader } from '../text-header.ts';
import {
  chipFromHeader,
  CHIP_LAYOUTS,
  conventionRule,
  type Aedat2Chip,
  type ChipLayout,
  type ConventionRule,
} from './addressing.ts';
import {
  areDavisWords,
  contradictedNote,
  davisFromAddresses,
  FAMILY_WORDS,
  inferredNote,
  SIZE_WORDS,
} from './infer-chip.ts';
import { aedat2Layout, startClock } from './layout.ts';
import { AEDAT2_RECORD_BYTES, JAER_SYNTAX } from './record.ts';
import { SideWords } from './side-words.ts';

/** Options of the AEDAT 2.0 decoder. */
export interface Aedat2DecoderOptions extends DecoderOptions {
  /** The chip whose address words these are. Wins over the header and over what the words tell. */
  readonly chip?: Aedat2Chip;
  /** Default `canonical`. */
  readonly convention?: Convention;
  /** Default 16 MiB; real headers reach 264 kB. */
  readonly maxHeaderBytes?: number;
}

/**
 * Push decoder. Where the header names no chip, the first words tell it: whether it is a DVS128 or a DAVIS, and whether
 * all pixels of the latter fit 240x180, or 346x260. The report notes what was inferred; later words that contradict it
 * are left out as outside, and are damage. Side channels are in canonical coordinates whatever the convention: inputs (`trigger`), marks
 * (`special`), inertial samples with the ranges that the header's preferences state, and frames, whose values are
 * reset minus signal read. See the AEDAT 2.0 specification by iniVation and jAER's extractors.
 *
 * @example
 * ```ts
 * import { Aedat2Decoder, Aedat2Encoder, batchFromTuples } from 'saccade';
 * const encoder = new Aedat2Encoder();
 * const file = encoder.push(batchFromTuples([[1000, 3, 4, 1]], { width: 128, height: 128 }));
 * const decoder = new Aedat2Decoder();
 * const [batch] = [...decoder.push(file), ...decoder.finish()];
 * console.log(batch?.t[0], batch?.x[0], decoder.geometry); // 1000 3 { width: 128, height: 128 }
 * ```
 */
export class Aedat2Decoder extends RecordDecoder {
  protected readonly recordBytes: number = AEDAT2_RECORD_BYTES;
  readonly #header: TextHeaderReader;
  readonly #chipOption: Aedat2Chip | undefined;
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #rule: ConventionRule;
  #inHeader = true;
  #layout: ChipLayout | undefined;
  /** What the header tells of a chip that it does not name. */
  #family: 'davis' | null = null;
  /** Whether words may still contradict the sensor's size. */
  #isSizeInferred = false;
  #side: SideWords | undefined;
  /** Bytes held back until the chip is known. */
  #probe: Uint8Array[] = [];
  #probeBytes = 0;

  constructor(options: Aedat2DecoderOptions = {}) {
    super('aedat2', 'AEDAT2.0', options);
    this.#header = new TextHeaderReader(JAER_SYNTAX, options.maxHeaderBytes);
    this.#chipOption = options.chip;
    this.#geometryOption = options.geometry;
    this.#rule = conventionRule(options.convention ?? 'canonical');
  }

  get geometry(): SensorGeometry | null {
    if (this.#layout === undefined) return null;
    const { width, height } = this.#geometryOption ?? this.#layout.geometry;
    return this.#rule.swapAxes ? { width: height, height: width } : { width, height };
  }

  protected decode(bytes: Uint8Array): void {
    if (!this.#inHeader) {
      this.#pushData(bytes);
      return;
    }
    const data = this.#header.push(bytes);
    this.account.headerBytes = this.#header.bytes;
    if (data !== null) this.#endHeader(data);
  }

  protected end(): void {
    if (this.#inHeader) this.#endHeader(this.#header.finish());
    if (this.#layout === undefined) this.#decideChip(true);
    this.#side?.finish();
    this.truncated(this.#header.incompleteBytes, 'header line');
    this.endRecords();
  }

  #endHeader(data: Uint8Array): void {
    this.#inHeader = false;
    this.account.headerBytes = this.#header.bytes;
    this.account.headerLines = this.#header.lines;
    const [first] = this.#header.lines;
    if (first !== undefined && /^#!AER-DAT(?!2\.)/.test(first)) {
      throw new EventFormatError('BAD_HEADER', 0, `This is ${first.slice(2)}, not AEDAT 2.0.`);
    }
    const chip = this.#chipOption ?? chipFromHeader(this.#header.lines);
    if (chip === 'davis') this.#family = chip;
    else if (chip !== null) this.#layout = CHIP_LAYOUTS[chip];
    this.#pushData(data);
  }

  #pushData(bytes: Uint8Array): void {
    if (this.#layout !== undefined) {
      this.pushRecords(bytes);
      this.#checkSize(this.#layout);
      return;
    }
    this.#probe.push(copyBytes(bytes));
    this.#probeBytes += bytes.length;
    const words = this.#family === null ? FAMILY_WORDS : SIZE_WORDS;
    if (this.#probeBytes >= words * AEDAT2_RECORD_BYTES) this.#decideChip(false);
  }

  /** @param isEnd whether no more words come. */
  #decideChip(isEnd: boolean): void {
    const held = joinBytes(this.#probe);
    this.#probe = [held];
    if (this.#family === null) {
      const { width = 0, height = 0 } = this.#geometryOption ?? {};
      const isLarge = Math.max(width, height) > CHIP_LAYOUTS.dvs128.geometry.width;
      if (!isLarge && !areDavisWords(addresses(held, FAMILY_WORDS))) {
        this.#start(CHIP_LAYOUTS.dvs128, 'DVS128', held, FAMILY_WORDS);
        return;
      }
      this.#family = 'davis';
    }
    const isStated = this.#geometryOption !== undefined;
    if (!isStated && !isEnd && held.length < SIZE_WORDS * AEDAT2_RECORD_BYTES) return;
    // A stated size makes the members of the family equal.
    const chip = isStated ? 'davis240' : davisFromAddresses(addresses(held, SIZE_WORDS));
    this.#isSizeInferred = !isStated;
    const layout = CHIP_LAYOUTS[chip];
    const { width, height } = layout.geometry;
    if (isStated) this.#start(layout, 'DAVIS', held, FAMILY_WORDS);
    else this.#start(layout, `DAVIS of ${width}x${height}`, held, SIZE_WORDS);
  }

  #start(layout: ChipLayout, inferred: string, held: Uint8Array, mostWords: number): void {
    this.#layout = layout;
    this.#probe = [];
    const words = Math.min(mostWords, Math.floor(held.length / AEDAT2_RECORD_BYTES));
    if (words > 0) this.account.note(inferredNote(inferred, words));
    this.#pushData(held);
  }

  /** What is outside an inferred sensor proves that it is a larger one, and that pixels were mirrored wrongly. */
  #checkSize(layout: ChipLayout): void {
    if (!this.#isSizeInferred || this.account.dropped['outside-sensor'] === 0) return;
    this.#isSizeInferred = false;
    const note = contradictedNote(layout.geometry);
    this.account.note(note);
    this.damage('UNSUPPORTED_CHIP', this.account.headerBytes, `${note.message} State chip.`);
  }

  protected startRecords(bytes: Uint8Array, offset: number): RecordStream {
    const first = new DataView(bytes.buffer, bytes.byteOffset + offset).getInt32(4);
    const chip = this.#layout!;
    const sensor = this.#geometryOption ?? chip.geometry;
    this.#side = SideWords.for(this.sink(), { chip, sensor, headerLines: this.#header.lines });
    return {
      layout: aedat2Layout(chip, this.#rule, sensor),
      clock: startClock(this.#rule.time, first),
      besides: this.#side?.read,
    };
  }
}

/** The addresses of up to `most` whole records. */
function* addresses(bytes: Uint8Array, most: number): Generator<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.min(most, Math.floor(bytes.length / AEDAT2_RECORD_BYTES));
  for (let i = 0; i < count; i++) yield view.getUint32(i * AEDAT2_RECORD_BYTES);
}
