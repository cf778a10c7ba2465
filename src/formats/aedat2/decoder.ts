/** AEDAT 2.0 (jAER): text header, then big-endian records of u32 address and i32 time. */
import type { SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { copyBytes, joinBytes } from '../bytes.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import { RecordDecoder } from '../records/record-decoder.ts';
import { TextHeaderReader } from '../text-header.ts';
import {
  chipFromAddresses,
  chipFromHeader,
  CHIP_LAYOUTS,
  conventionRule,
  type Aedat2Chip,
  type Aedat2Convention,
  type ChipLayout,
  type ConventionRule,
} from './addressing.ts';
import { aedat2Layout, startClock } from './layout.ts';
import { AEDAT2_RECORD_BYTES, JAER_SYNTAX } from './record.ts';
import { SideWords } from './side-words.ts';

/** Options of the AEDAT 2.0 decoder. */
export interface Aedat2DecoderOptions extends DecoderOptions {
  /** The chip whose address words these are. Wins over the header and over guessing. */
  readonly chip?: Aedat2Chip;
  /** Default `canonical`. */
  readonly convention?: Aedat2Convention;
  /** Default 16 MiB; real headers reach 264 kB. */
  readonly maxHeaderBytes?: number;
}

/** Records looked at to tell the chip where no header line does. A fixed number, so that chunks do not matter. */
const CHIP_PROBE_BYTES = 1024 * AEDAT2_RECORD_BYTES;

/**
 * Push decoder. Side channels are in canonical coordinates whatever the convention: inputs (`trigger`), marks
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
    if (this.#layout === undefined) this.#decideChip();
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
    if (chip !== null) this.#layout = CHIP_LAYOUTS[chip];
    this.#pushData(data);
  }

  #pushData(bytes: Uint8Array): void {
    if (this.#layout !== undefined) {
      this.pushRecords(bytes);
      return;
    }
    this.#probe.push(copyBytes(bytes));
    this.#probeBytes += bytes.length;
    if (this.#probeBytes >= CHIP_PROBE_BYTES) this.#decideChip();
  }

  #decideChip(): void {
    const held = joinBytes(this.#probe);
    this.#probe = [];
    const view = new DataView(held.buffer, held.byteOffset, held.length);
    const count = Math.floor(Math.min(held.length, CHIP_PROBE_BYTES) / AEDAT2_RECORD_BYTES);
    const addresses = Array.from({ length: count }, (_, i) => view.getUint32(i * AEDAT2_RECORD_BYTES));
    this.#layout = CHIP_LAYOUTS[chipFromAddresses(addresses)];
    this.pushRecords(held);
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
