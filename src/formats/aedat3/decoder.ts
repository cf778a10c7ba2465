/** AEDAT 3.0 and 3.1 (cAER): text header, then little-endian packets of events of one type each. */
import { integerOption, type SensorGeometry } from '../../events/index.ts';
import type { DecoderOptions } from '../event-format.ts';
import { PushDecoder } from '../push-decoder.ts';
import type { ReportBuilder } from '../report-builder.ts';
import { resumeState, type ResumePlace, type ResumePoint } from '../resume.ts';
import { StreamChoice, type StreamDeclaration } from '../stream-choice.ts';
import { DEFAULT_MAX_HEADER_BYTES, TextHeaderReader } from '../text-header.ts';
import { PLACE_NUMBERS } from './packet-place.ts';
import { heightIsUnknown, PacketParser } from './packet-parser.ts';
import { AEDAT3_SYNTAX, checkHeader, sensorOfHeader, sensorsDiffer, sourcesOfHeader } from './source.ts';

/** Options of the AEDAT 3 decoder. */
export interface Aedat3DecoderOptions extends DecoderOptions {
  /** Default 16 MiB. */
  readonly maxHeaderBytes?: number;
  /**
   * Number of the source of events to decode, as in the header's `#Source` lines. Default: the first whose events come;
   * the report notes the others.
   */
  readonly stream?: number;
  /** A packet that states more is taken for damage. Default 64 MiB. */
  readonly maxPacketBytes?: number;
}

/** The option or its default, checked. */
export function maxPacketBytesOption(options: Aedat3DecoderOptions): number {
  return integerOption('maxPacketBytes', options.maxPacketBytes ?? 64 * 2 ** 20, 64);
}

/** What decides which source is decoded, by the option `stream`. @throws OptionError */
export function sourceChoice(
  account: ReportBuilder,
  declared: readonly StreamDeclaration[],
  { stream }: Aedat3DecoderOptions,
): StreamChoice {
  const stated = stream === undefined ? undefined : integerOption('stream', stream, -(2 ** 15), 2 ** 15 - 1);
  return new StreamChoice(account, declared, stated);
}

/**
 * Push decoder. Times are 64 bits wide: 2^31 times the packet's overflow count is added. Events whose valid bit is 0
 * are dropped. A timestamp reset begins a new segment. The geometry is that of the camera that the
 * `#Source` line names. See the AEDAT 3.1 specification by iniVation and libcaer.
 *
 * @example
 * ```ts
 * import { Aedat3Decoder, Aedat3Encoder, batchFromTuples } from 'saccade';
 * const file = new Aedat3Encoder().push(batchFromTuples([[2 ** 33, 3, 4, 1]], { width: 346, height: 260 }));
 * const decoder = new Aedat3Decoder();
 * const [batch] = [...decoder.push(file), ...decoder.finish()];
 * console.log(batch?.t[0], batch?.x[0], decoder.geometry); // 8589934592 3 { width: 346, height: 260 }
 * ```
 */
export class Aedat3Decoder extends PushDecoder {
  readonly #header: TextHeaderReader;
  readonly #maxPacketBytes: number;
  readonly #options: Aedat3DecoderOptions;
  #geometry: SensorGeometry | null;
  #choice: StreamChoice | undefined;
  /** The source whose geometry it is. */
  #source: number | undefined;
  #packets: PacketParser | undefined;

  constructor(options: Aedat3DecoderOptions = {}) {
    super('aedat3', 'AEDAT3.1', options);
    this.#header = new TextHeaderReader(AEDAT3_SYNTAX, options.maxHeaderBytes ?? DEFAULT_MAX_HEADER_BYTES);
    this.#maxPacketBytes = maxPacketBytesOption(options);
    this.#options = options;
    this.#geometry = options.geometry ?? null;
  }

  get geometry(): SensorGeometry | null {
    const chosen = this.#choice?.chosen;
    if (chosen !== this.#source && this.#options.geometry === undefined) {
      this.#geometry = sensorOfHeader(this.account.headerLines, chosen);
      this.#source = chosen;
    }
    return this.#geometry;
  }

  protected decode(bytes: Uint8Array): void {
    let data: Uint8Array | null = bytes;
    if (this.#packets === undefined) {
      data = this.#header.push(bytes);
      this.account.headerBytes = this.#header.bytes;
      if (data === null) return;
      this.#packets = this.#endHeader();
    }
    this.#packets.push(data, this.account.bytes - data.length);
  }

  protected end(): void {
    if (this.#packets === undefined) {
      const data = this.#header.finish();
      this.#packets = this.#endHeader();
      this.truncated(this.#header.incompleteBytes, 'header line');
      this.#packets.push(data, this.account.bytes - data.length);
    }
    this.#packets.finish();
  }

  protected override place(): ResumePlace | null {
    return this.#packets?.resumePlace() ?? null;
  }

  protected override goOn(point: ResumePoint): void {
    const state = resumeState(point, this.#packets === undefined ? -1 : PLACE_NUMBERS);
    this.#packets!.restore(state, point.byteOffset);
  }

  #endHeader(): PacketParser {
    const { lines, bytes } = this.#header;
    this.account.headerBytes = bytes;
    this.account.headerLines = lines;
    const version = checkHeader(lines);
    this.account.variant = `AEDAT${version}`;
    const choice = sourceChoice(this.account, sourcesOfHeader(lines), this.#options);
    this.#choice = choice;
    this.#geometry ??= sensorOfHeader(lines);
    if (version === '3.0' && this.geometry === null && !sensorsDiffer(lines)) throw heightIsUnknown(0);
    return new PacketParser(this.sink(), {
      version,
      choice,
      geometry: () => this.geometry,
      maxPacketBytes: this.#maxPacketBytes,
    });
  }
}
