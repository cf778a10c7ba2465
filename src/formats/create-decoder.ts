/** A decoder for bytes whose format is not known yet. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import type { DecodeReport } from './decode-report.ts';
import { detectFormat, DETECTION_BYTES, type Detection, type DetectionHints } from './detect.ts';
import type { EventDecoder } from './event-format.ts';
import type { FormatDecoderOptions } from './registry.ts';
import { joinBytes } from './join-bytes.ts';
import { ReportBuilder } from './report-builder.ts';

/** What is known of the recording, and the options of whatever format it turns out to be. */
export type CreateDecoderOptions = DetectionHints & FormatDecoderOptions;

/**
 * A push decoder that looks at the first bytes and then decodes whatever they are.
 *
 * @example
 * ```ts
 * import { createDecoder } from 'saccade';
 * const decoder = createDecoder({ fileName: '00001.bin', geometry: { width: 34, height: 34 } });
 * const batches = [...decoder.push(new Uint8Array([3, 4, 0x80, 1, 0])), ...decoder.finish()];
 * console.log(batches[0]?.length, decoder.report.variant); // 1 'ATIS40'
 * ```
 */
export function createDecoder(options: CreateDecoderOptions = {}): DetectingDecoder {
  return new DetectingDecoder(options);
}

/** See {@link createDecoder}. */
export class DetectingDecoder implements EventDecoder {
  readonly #options: CreateDecoderOptions;
  readonly #unknown = new ReportBuilder('unknown', 'unknown');
  #head: Uint8Array = new Uint8Array(0);
  #detection: Detection | undefined;
  #decoder: EventDecoder | undefined;
  #failure: Error | undefined;

  constructor(options: CreateDecoderOptions) {
    this.#options = options;
  }

  /** How the format was told; `undefined` before it was. */
  get detection(): Detection | undefined {
    return this.#detection;
  }

  get geometry(): SensorGeometry | null {
    return this.#decoder?.geometry ?? null;
  }

  get report(): DecodeReport {
    return this.#decoder?.report ?? this.#unknown;
  }

  push(bytes: Uint8Array): EventBatch[] {
    if (this.#decoder !== undefined) return this.#decoder.push(bytes);
    if (this.#failure !== undefined) throw this.#failure;
    this.#unknown.bytes += bytes.length;
    const head = joinBytes([this.#head, bytes]);
    if (head.length >= DETECTION_BYTES) return this.#start(head);
    // The caller may use the bytes again.
    this.#head = head === bytes ? bytes.slice() : head;
    return [];
  }

  finish(): EventBatch[] {
    if (this.#failure !== undefined) throw this.#failure;
    const batches = this.#decoder === undefined ? this.#start(this.#head) : [];
    return [...batches, ...this.#decoder!.finish()];
  }

  #start(head: Uint8Array): EventBatch[] {
    try {
      this.#detection = detectFormat(head, this.#options);
      this.#decoder = this.#detection.format.createDecoder(this.#options as Record<string, unknown>);
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
    this.#head = new Uint8Array(0);
    return this.#decoder.push(head);
  }
}
