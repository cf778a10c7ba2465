/** AEDAT 1.0 (jAER): optional text header, then big-endian records of u16 address and i32 time, of a DVS128. */
import type { Convention, SensorGeometry } from '../../events/index.ts';
import { chipFromHeader, CHIP_LAYOUTS, conventionRule, type ConventionRule } from '../aedat2/addressing.ts';
import { aedat2Layout, startClock } from '../aedat2/layout.ts';
import { JAER_SYNTAX } from '../aedat2/record.ts';
import { SideWords } from '../aedat2/side-words.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import { RecordDecoder } from '../records/record-decoder.ts';
import { TextHeaderReader } from '../text-header.ts';
import { AEDAT1_RECORD_BYTES } from './record.ts';

/** Options of the AEDAT 1.0 decoder. */
export interface Aedat1DecoderOptions extends DecoderOptions {
  /** The same as for AEDAT 2.0. Default `canonical`. */
  readonly convention?: Convention;
  /** Default 16 MiB. */
  readonly maxHeaderBytes?: number;
}

const CHIP = CHIP_LAYOUTS.dvs128;

/**
 * Push decoder, also of recordings without any header. See the AEDAT 1.0 specification by iniVation; the addresses
 * are those of AEDAT 2.0 for a DVS128.
 *
 * @example
 * ```ts
 * import { Aedat1Decoder } from 'saccade';
 * const decoder = new Aedat1Decoder();
 * const record = new Uint8Array([0x7b, 0xf8, 0, 0, 3, 0xe8]);
 * const [batch] = [...decoder.push(record), ...decoder.finish()];
 * console.log(batch?.t[0], batch?.x[0], batch?.y[0], batch?.p[0]); // 1000 3 4 1
 * ```
 */
export class Aedat1Decoder extends RecordDecoder {
  protected readonly recordBytes: number = AEDAT1_RECORD_BYTES;
  readonly geometry: SensorGeometry;
  readonly #sensor: SensorGeometry;
  readonly #header: TextHeaderReader;
  readonly #rule: ConventionRule;
  #inHeader = true;

  constructor(options: Aedat1DecoderOptions = {}) {
    super('aedat1', 'AEDAT1.0', options);
    this.#header = new TextHeaderReader(JAER_SYNTAX, options.maxHeaderBytes);
    this.#rule = conventionRule(options.convention ?? 'canonical');
    this.#sensor = options.geometry ?? CHIP.geometry;
    const { width, height } = this.#sensor;
    this.geometry = this.#rule.swapAxes ? { width: height, height: width } : { width, height };
  }

  protected decode(bytes: Uint8Array): void {
    if (!this.#inHeader) {
      this.pushRecords(bytes);
      return;
    }
    const data = this.#header.push(bytes);
    this.account.headerBytes = this.#header.bytes;
    if (data !== null) this.#endHeader(data);
  }

  protected end(): void {
    if (this.#inHeader) this.#endHeader(this.#header.finish());
    this.truncated(this.#header.incompleteBytes, 'header line');
    this.endRecords();
  }

  #endHeader(data: Uint8Array): void {
    this.#inHeader = false;
    const { lines, bytes } = this.#header;
    this.account.headerBytes = bytes;
    this.account.headerLines = lines;
    const [first] = lines;
    if (first !== undefined && /^#!AER-DAT(?!1\.)/.test(first)) {
      throw new EventFormatError('BAD_HEADER', 0, `This is ${first.slice(2)}, not AEDAT 1.0.`);
    }
    const chip = chipFromHeader(lines);
    if (chip !== null && chip !== 'dvs128') {
      throw new EventFormatError(
        'UNSUPPORTED_CHIP',
        0,
        `The addresses of AEDAT 1.0 cannot be of a ${chip.toUpperCase()}.`,
      );
    }
    this.pushRecords(data);
  }

  protected startRecords(bytes: Uint8Array, offset: number): RecordStream {
    const first = new DataView(bytes.buffer, bytes.byteOffset + offset).getInt32(2);
    return {
      layout: {
        ...aedat2Layout(CHIP, this.#rule, this.#sensor),
        recordBytes: AEDAT1_RECORD_BYTES,
        addressBytes: [1, 0],
        timeBytes: [5, 4, 3, 2],
      },
      clock: startClock(this.#rule.time, first),
      besides: SideWords.for(this.sink(), { chip: CHIP, sensor: this.#sensor })?.read,
    };
  }
}
