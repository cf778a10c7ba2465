/**
 * Text headers of AEDAT 1 to 3 and of Prophesee's formats: lines with a prefix, ended by CRLF or LF, with or
 * without an end marker. Without a marker the header stops at the first line that has no such prefix; as data may
 * begin with the prefix too, a further line counts only if it is printable ASCII up to its LF.
 */
import { OptionError } from '../events/index.ts';
import { EventFormatError } from './errors.ts';
import { copyBytes, joinBytes } from './bytes.ts';

const LF = 0x0a;

/** A line longer than this is data. */
const MAX_LINE_BYTES = 65_536;

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0d;
}

/** What a format's header lines look like. */
export interface TextHeaderSyntax {
  /** ASCII characters at the start of every line. */
  readonly prefix: string;
  /** Lines that end the header. */
  readonly endMarkers: readonly string[];
}

/** Bytes that a header may have unless the caller says otherwise; real ones reach 264 kB. */
export const DEFAULT_MAX_HEADER_BYTES: number = 16 * 2 ** 20;

/** @throws OptionError for what cannot stand in one header line, or would end it. */
export function checkLine(option: string, text: string): void {
  if (!/^[ -~]*$/.test(text)) throw new OptionError(option, 'must be printable ASCII without line ends');
}

/** Reads the header from chunks of any size. */
export class TextHeaderReader {
  readonly lines: string[] = [];
  readonly #syntax: TextHeaderSyntax;
  readonly #maxBytes: number;
  #pending: Uint8Array = new Uint8Array(0);
  #bytes = 0;

  constructor(syntax: TextHeaderSyntax, maxBytes: number = DEFAULT_MAX_HEADER_BYTES) {
    this.#syntax = syntax;
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the lines read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes the next bytes. Returns what follows the header once its end is known, `null` before.
   *
   * @throws EventFormatError `HEADER_TOO_LARGE`.
   */
  push(bytes: Uint8Array): Uint8Array | null {
    // What is kept beyond the call is copied where it is kept.
    this.#pending = joinBytes([this.#pending, bytes]);
    return this.#readLines();
  }

  /** Bytes of a header line that the end of the stream cut. Known after `finish`. */
  get incompleteBytes(): number {
    return this.#pending.length;
  }

  /** No more bytes come: returns the data, if there is any. */
  finish(): Uint8Array {
    return this.#readLines() ?? new Uint8Array(0);
  }

  #readLines(): Uint8Array | null {
    let at = 0;
    for (;;) {
      const end = lineEnd(this.#pending, at, this.#syntax.prefix);
      if (end === 'data') return this.#takeFrom(at);
      if (end === 'more') {
        this.#pending = copyBytes(this.#pending, at);
        return null;
      }
      const line = new TextDecoder('latin1').decode(this.#pending.subarray(at, end)).trimEnd();
      this.lines.push(line);
      this.#bytes += end - at;
      at = end;
      if (this.#bytes > this.#maxBytes) {
        throw new EventFormatError(
          'HEADER_TOO_LARGE',
          this.#bytes,
          `The header is longer than ${this.#maxBytes} bytes. Raise maxHeaderBytes if that is right.`,
        );
      }
      if (this.#syntax.endMarkers.includes(line)) return this.#takeFrom(at);
    }
  }

  #takeFrom(at: number): Uint8Array {
    const data = this.#pending.subarray(at);
    this.#pending = new Uint8Array(0);
    return data;
  }
}

/** Index behind the line at `at`, or that there is none, or that more bytes must tell. */
function lineEnd(bytes: Uint8Array, at: number, prefix: string): number | 'data' | 'more' {
  if (at >= bytes.length) return 'more';
  for (let i = 0; i < prefix.length && at + i < bytes.length; i++) {
    if (bytes[at + i] !== prefix.charCodeAt(i)) return 'data';
  }
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === LF) return i + 1;
    if (!isPrintable(bytes[i]!) || i - at > MAX_LINE_BYTES) return 'data';
  }
  return 'more';
}
