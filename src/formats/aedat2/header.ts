/**
 * The text header of AEDAT 2.0: lines beginning with `#`, ended by CRLF or LF, with or without an end marker.
 * Without a marker the header stops at the first line that does not begin with `#`; as a data byte may be
 * 0x23 too, a further line counts only if it is printable ASCII up to its LF.
 */
import { EventFormatError } from '../errors.ts';

const HASH = 0x23;
const LF = 0x0a;
const MARKER = '#End Of ASCII Header';

/** A line longer than this is data. */
const MAX_LINE_BYTES = 65_536;

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0d;
}

/** Reads the header from chunks of any size. */
export class Aedat2HeaderReader {
  readonly lines: string[] = [];
  readonly #maxBytes: number;
  #pending: Uint8Array = new Uint8Array(0);
  #bytes = 0;

  constructor(maxBytes: number) {
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
    this.#pending = join(this.#pending, bytes);
    return this.#readLines(false);
  }

  /** No more bytes come: what is pending and is no line is data. */
  finish(): Uint8Array {
    return this.#readLines(true) ?? this.#pending;
  }

  #readLines(final: boolean): Uint8Array | null {
    let at = 0;
    for (;;) {
      const end = lineEnd(this.#pending, at);
      if (end === 'data') return this.#pending.subarray(at);
      if (end === 'more') {
        this.#pending = this.#pending.slice(at);
        return final ? this.#pending : null;
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
      if (line === MARKER) return this.#pending.subarray(at);
    }
  }
}

/** Index behind the line at `at`, or that there is none, or that more bytes must tell. */
function lineEnd(bytes: Uint8Array, at: number): number | 'data' | 'more' {
  if (at >= bytes.length) return 'more';
  if (bytes[at] !== HASH) return 'data';
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === LF) return i + 1;
    if (!isPrintable(bytes[i]!) || i - at > MAX_LINE_BYTES) return 'data';
  }
  return 'more';
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b.slice();
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
