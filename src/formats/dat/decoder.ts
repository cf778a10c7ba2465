/** Prophesee DAT: optional text header, type and size bytes, then little-endian records of time and address. */
import type { SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { DecoderOptions } from '../event-format.ts';
import { noteShift, parsePropheseeHeader, PROPHESEE_SYNTAX } from '../prophesee/header.ts';
import { RecordDecoder } from '../records/record-decoder.ts';
import type { RecordStream } from '../records/decode-runs.ts';
import type { Clock } from '../records/index.ts';
import { DEFAULT_MAX_HEADER_BYTES, TextHeaderReader } from '../text-header.ts';
import { datLayout } from './layout.ts';
import { DAT_RECORD_BYTES, DAT_TYPES, TRIGGER, type DatVersion } from './record.ts';

/** Options of the DAT decoder. */
export interface DatDecoderOptions extends DecoderOptions {
  /** Default 16 MiB. */
  readonly maxHeaderBytes?: number;
}

/**
 * Push decoder of versions 1 (also without any header, as POKER-DVS has it) and 2. The unsigned counter wraps
 * after 71.6 minutes and is unwrapped where it falls by more than half its range. See Prophesee's DAT
 * specification; the bit of version 1 is that of the Chronocam tools.
 *
 * @example
 * ```ts
 * import { batchFromTuples, DatDecoder, DatEncoder } from 'saccade';
 * const file = new DatEncoder().push(batchFromTuples([[1000, 3, 4, 1]], { width: 304, height: 240 }));
 * const decoder = new DatDecoder();
 * const [batch] = decoder.push(file);
 * console.log(batch?.t[0], batch?.x[0], decoder.geometry); // 1000 3 { width: 304, height: 240 }
 * ```
 */
export class DatDecoder extends RecordDecoder {
  readonly #header: TextHeaderReader;
  readonly #geometryOption: SensorGeometry | undefined;
  #geometry: SensorGeometry | null;
  protected recordBytes: number = DAT_RECORD_BYTES;
  #stage: 'header' | 'type' | 'records' = 'header';
  #version: DatVersion = 1;
  #type = 0;
  /** Type and size bytes so far. */
  readonly #typeBytes: number[] = [];

  constructor(options: DatDecoderOptions = {}) {
    super('dat', 'DAT1', options);
    this.#header = new TextHeaderReader(PROPHESEE_SYNTAX, options.maxHeaderBytes ?? DEFAULT_MAX_HEADER_BYTES);
    this.#geometryOption = options.geometry;
    this.#geometry = options.geometry ?? null;
  }

  get geometry(): SensorGeometry | null {
    return this.#geometry;
  }

  protected decode(bytes: Uint8Array): void {
    let data: Uint8Array | null = bytes;
    if (this.#stage === 'header') {
      data = this.#header.push(bytes);
      this.account.headerBytes = this.#header.bytes;
      if (data === null) return;
      this.#endHeader();
    }
    this.#pushData(data);
  }

  protected end(): void {
    if (this.#stage === 'header') {
      const data = this.#header.finish();
      this.#endHeader();
      this.#pushData(data);
    }
    this.truncated(this.#header.incompleteBytes, 'header line');
    if (this.#stage === 'type') {
      this.truncated(this.account.bytes - this.#header.bytes, 'header: event type and size are missing');
    } else {
      this.endRecords();
    }
  }

  #endHeader(): void {
    const { lines, bytes } = this.#header;
    this.account.headerBytes = bytes;
    this.account.headerLines = lines;
    const header = parsePropheseeHeader(lines);
    if (header.encoding !== undefined) {
      throw new EventFormatError('BAD_HEADER', 0, `This is ${header.encoding} data, not DAT.`);
    }
    if (lines.length > 0) this.#version = header.datVersion === 1 ? 1 : 2;
    this.account.variant = `DAT${this.#version}`;
    noteShift(this.account, header);
    this.#geometry = this.#geometryOption ?? header.geometry ?? null;
    this.#stage = lines.length > 0 ? 'type' : 'records';
  }

  #pushData(bytes: Uint8Array): void {
    let data = bytes;
    while (this.#stage === 'type' && data.length > 0) {
      this.#typeBytes.push(data[0]!);
      data = data.subarray(1);
      const [type, size] = this.#typeBytes;
      if (size === undefined) continue;
      this.#startType(type!, size);
    }
    if (this.#stage === 'records') this.pushRecords(data);
  }

  #startType(type: number, size: number): void {
    const at = this.#header.bytes;
    if (!DAT_TYPES.includes(type)) {
      throw new EventFormatError(
        'BAD_HEADER',
        at,
        `Event type ${type} is none of DAT's (0 and 12 pixel events, 14 triggers).`,
      );
    }
    if (size < DAT_RECORD_BYTES) {
      throw new EventFormatError('BAD_HEADER', at + 1, `Records of ${size} bytes are too small for DAT.`);
    }
    this.#type = type;
    this.recordBytes = size;
    this.account.headerBytes = at + 2;
    this.#stage = 'records';
  }

  protected startRecords(): RecordStream {
    return {
      layout: datLayout(this.#version, this.#geometry, this.recordBytes, this.#type === TRIGGER),
      clock: { offset: 0, last: 0, wraps: 0 },
      marker: (clock, bytes, offset) => {
        this.#trigger(clock, bytes, offset);
      },
    };
  }

  /** A file of triggers has nothing else. */
  #trigger(clock: Clock, bytes: Uint8Array, offset: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
    const stamp = view.getUint32(0, true);
    if (clock.last - stamp > 2 ** 31) {
      clock.offset += 2 ** 32;
      clock.wraps++;
    }
    clock.last = stamp;
    const word = view.getUint32(4, true);
    if (this.listeners.trigger === undefined) this.account.dropped['not-a-pixel']++;
    this.deliverSide('trigger', {
      tMicros: stamp + clock.offset,
      channel: word >>> 26,
      edge: (word & 1) === 1 ? 'rising' : 'falling',
    });
  }
}
