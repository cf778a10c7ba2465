/** AEDAT 2.0 (jAER): text header, then big-endian records of u32 address and i32 time. */
import { batchOf, integerOption, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import type { DecodeReport } from '../decode-report.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions, EventDecoder } from '../event-format.ts';
import { FixedRecordReader } from '../fixed-record-reader.ts';
import { ReportBuilder } from '../report-builder.ts';
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
import { decodeRun, startClock, type Clock } from './decode-run.ts';
import { Aedat2HeaderReader } from './header.ts';
import { AEDAT2_RECORD_BYTES, parseAedat2Records } from './record.ts';

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
 * Push decoder. See the AEDAT 2.0 specification by iniVation and jAER's extractors.
 *
 * @example
 * ```ts
 * import { Aedat2Decoder, aedat2Format, batchFromTuples } from 'saccade';
 * const encoder = aedat2Format.createEncoder();
 * const file = encoder.push(batchFromTuples([[1000, 3, 4, 1]], { width: 128, height: 128 }));
 * const decoder = new Aedat2Decoder();
 * const [batch] = [...decoder.push(file), ...decoder.finish()];
 * console.log(batch?.t[0], batch?.x[0], decoder.geometry); // 1000 3 { width: 128, height: 128 }
 * ```
 */
export class Aedat2Decoder implements EventDecoder {
  readonly #report = new ReportBuilder('aedat2', 'AEDAT2.0');
  readonly #records = new FixedRecordReader(AEDAT2_RECORD_BYTES);
  readonly #header: Aedat2HeaderReader;
  readonly #chipOption: Aedat2Chip | undefined;
  readonly #geometryOption: SensorGeometry | undefined;
  readonly #rule: ConventionRule;
  readonly #maxBatchEvents: number;
  #inHeader = true;
  #layout: ChipLayout | undefined;
  /** Bytes held back until the chip is known. */
  #probe: Uint8Array[] = [];
  #probeBytes = 0;
  #clock: Clock | undefined;

  constructor(options: Aedat2DecoderOptions = {}) {
    this.#header = new Aedat2HeaderReader(options.maxHeaderBytes ?? 16 * 2 ** 20);
    this.#chipOption = options.chip;
    this.#geometryOption = options.geometry;
    this.#rule = conventionRule(options.convention ?? 'canonical');
    this.#maxBatchEvents = integerOption('maxBatchEvents', options.maxBatchEvents ?? 65_536, 1);
  }

  get report(): DecodeReport {
    return this.#report;
  }

  get geometry(): SensorGeometry | null {
    if (this.#layout === undefined) return null;
    const { width, height } = this.#geometryOption ?? this.#layout.geometry;
    return this.#rule.swapAxes ? { width: height, height: width } : { width, height };
  }

  push(bytes: Uint8Array): EventBatch[] {
    this.#report.bytes += bytes.length;
    if (!this.#inHeader) return this.#pushData(bytes);
    const data = this.#header.push(bytes);
    this.#report.headerBytes = this.#header.bytes;
    return data === null ? [] : this.#endHeader(data);
  }

  finish(): EventBatch[] {
    if (this.#report.bytes === 0) throw new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
    const batches = this.#inHeader ? this.#endHeader(this.#header.finish()) : [];
    if (this.#layout === undefined) batches.push(...this.#decideChip());
    this.#report.truncate(this.#records.pendingBytes);
    return batches;
  }

  #endHeader(data: Uint8Array): EventBatch[] {
    this.#inHeader = false;
    this.#report.headerBytes = this.#header.bytes;
    this.#report.headerLines = this.#header.lines;
    const [first] = this.#header.lines;
    if (first !== undefined && /^#!AER-DAT(?!2\.)/.test(first)) {
      throw new EventFormatError('BAD_HEADER', 0, `This is ${first.slice(2)}, not AEDAT 2.0.`);
    }
    const chip = this.#chipOption ?? chipFromHeader(this.#header.lines);
    if (chip !== null) this.#layout = CHIP_LAYOUTS[chip];
    return this.#pushData(data);
  }

  #pushData(bytes: Uint8Array): EventBatch[] {
    if (this.#layout !== undefined) return this.#decode(bytes);
    this.#probe.push(bytes.slice());
    this.#probeBytes += bytes.length;
    return this.#probeBytes < CHIP_PROBE_BYTES ? [] : this.#decideChip();
  }

  #decideChip(): EventBatch[] {
    const held = new Uint8Array(this.#probeBytes);
    let at = 0;
    for (const part of this.#probe) {
      held.set(part, at);
      at += part.length;
    }
    this.#probe = [];
    const records = parseAedat2Records(held.subarray(0, CHIP_PROBE_BYTES));
    this.#layout = CHIP_LAYOUTS[chipFromAddresses(records.map(({ address }) => address))];
    return this.#decode(held);
  }

  #decode(bytes: Uint8Array): EventBatch[] {
    const batches: EventBatch[] = [];
    this.#records.push(bytes, (view, offset, count) => {
      for (let done = 0; done < count; done += this.#maxBatchEvents) {
        const run = Math.min(this.#maxBatchEvents, count - done);
        const batch = this.#decodeRun(view, offset + done * AEDAT2_RECORD_BYTES, run, this.#layout!);
        this.#report.deliver(batch);
        if (batch.length > 0) batches.push(batch);
      }
    });
    return batches;
  }

  #decodeRun(view: DataView, offset: number, count: number, layout: ChipLayout): EventBatch {
    this.#clock ??= startClock(this.#rule.time, view.getInt32(offset + 4));
    const sensor = this.#geometryOption ?? layout.geometry;
    const run = decodeRun(view, offset, count, layout, this.#rule, sensor, this.#clock);
    this.#report.wraps = this.#clock.wraps;
    this.#report.dropped['not-a-pixel'] += run.notPixel;
    this.#report.dropped['outside-sensor'] += run.outside;
    return batchOf(run.arrays, run.length, this.geometry);
  }
}
