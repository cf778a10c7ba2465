/** A decoder for bytes whose format is not known yet. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import { copyBytes, joinBytes, plainBytes } from './bytes.ts';
import type { DecodeReport } from './decode-report.ts';
import { detectAmong, DETECTION_BYTES, type Detection, type DetectionAmong } from './detect-among.ts';
import { EventFormatError } from './errors.ts';
import type { DecoderOptions, EventDecoder, EventFormat } from './event-format.ts';
import { checkDecoderOptions } from './own-options.ts';
import type { RandomAccess } from './random-access.ts';
import { ReportBuilder } from './report-builder.ts';
import { resumeState, type ResumePoint } from './resume.ts';
import { packedName, packingOf } from './unpack/packings.ts';
import { UnpackingDecoder } from './unpack/unpacking-decoder.ts';

/** What holds for recordings that are packed. */
export interface PackedRecordingOptions {
  /** Most bytes that a recording packed by gzip, zstd or zip may become. Default 64 GiB: it is decoded as it is unpacked. */
  readonly maxUnpackedBytes?: number;
  /** Default true. False takes packed bytes for no recording: little from a peer becomes much. */
  readonly unpack?: boolean;
}

/** What a {@link DetectingDecoder} is told. */
export type DetectingDecoderOptions = DetectionAmong & DecoderOptions & PackedRecordingOptions;

/**
 * What `createDecoder` makes, of formats that are named: a page that reads some carries no others.
 *
 * @example
 * ```ts
 * import { aedat2Format, aedat4Format, DetectingDecoder } from 'saccade';
 * const decoder = new DetectingDecoder({ formats: [aedat2Format, aedat4Format] });
 * decoder.push(new TextEncoder().encode('#!AER-DAT2.0\r\n'));
 * decoder.finish();
 * console.log(decoder.detection?.format.name); // 'AEDAT 2.0'
 * ```
 */
export class DetectingDecoder implements EventDecoder {
  readonly #options: DetectingDecoderOptions;
  /** Whether this is what a packed file holds: nothing is packed twice. */
  readonly #isPacked: boolean;
  readonly #unknown = new ReportBuilder('unknown', 'unknown');
  #head: Uint8Array = new Uint8Array(0);
  #detection: Detection | undefined;
  #decoder: EventDecoder | undefined;
  #unpacking: UnpackingDecoder | undefined;
  #failure: Error | undefined;

  /** @param isPacked whether the bytes were packed, and so are not looked at for that. */
  constructor(options: DetectingDecoderOptions, isPacked = false) {
    this.#options = options;
    this.#isPacked = isPacked;
  }

  /** How the format was told; `undefined` before it was. */
  get detection(): Detection | undefined {
    const inner = this.#unpacking?.inner;
    return inner instanceof DetectingDecoder ? inner.detection : this.#detection;
  }

  get geometry(): SensorGeometry | null {
    return this.#decoder?.geometry ?? null;
  }

  get report(): DecodeReport {
    return this.#decoder?.report ?? this.#unknown;
  }

  push(bytes: Uint8Array): EventBatch[] {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#decoder !== undefined) return this.#decoder.push(bytes);
    const borrowed = plainBytes(bytes);
    this.#unknown.bytes += borrowed.length;
    const head = joinBytes([this.#head, borrowed]);
    if (head.length >= DETECTION_BYTES) return this.#start(head);
    this.#head = head === borrowed ? copyBytes(borrowed) : head;
    return [];
  }

  openRandomAccess(size: number): RandomAccess | null {
    return this.#decoder?.openRandomAccess?.(size) ?? null;
  }

  resumePoint(): ResumePoint | null {
    return this.#decoder?.resumePoint?.() ?? null;
  }

  resume(point: ResumePoint): void {
    if (this.#decoder?.resume === undefined) resumeState(point, -1);
    else this.#decoder.resume(point);
  }

  finish(): EventBatch[] {
    if (this.#failure !== undefined) throw this.#failure;
    const batches = this.#decoder === undefined ? this.#start(this.#head) : [];
    try {
      return [...batches, ...this.#decoder!.finish()];
    } catch (error) {
      if (error instanceof EventFormatError) error.events = [...batches, ...error.events];
      throw error;
    }
  }

  #start(head: Uint8Array): EventBatch[] {
    try {
      const { formats } = this.#options;
      this.#unpacking = this.#isPacked ? undefined : this.#unpack(head, formats);
      this.#decoder = this.#unpacking ?? this.#detect(head, formats);
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
    this.#head = new Uint8Array(0);
    return this.#decoder.push(head);
  }

  #detect(head: Uint8Array, formats: readonly EventFormat[]): EventDecoder {
    this.#detection = detectAmong(head, this.#options);
    const { format } = this.#detection;
    checkDecoderOptions(format, formats, { ...this.#options });
    return format.createDecoder({ ...this.#options });
  }

  #unpack(head: Uint8Array, formats: readonly EventFormat[]): UnpackingDecoder | undefined {
    if (this.#options.unpack === false) return undefined;
    const packing = packingOf(head, this.#options, formats);
    if (packing === null) return undefined;
    const { fileName } = this.#options;
    const outerName = fileName === undefined ? undefined : packedName(packing, fileName);
    const createInner = (name = outerName): DetectingDecoder =>
      new DetectingDecoder({ ...this.#options, ...(name !== undefined && { fileName: name }) }, true);
    return new UnpackingDecoder(packing, createInner, this.#options);
  }
}
