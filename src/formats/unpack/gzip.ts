/** gzip (RFC 1952), of one member or several: inflated by fflate, whose streams look at no checksum. */
import { Gunzip } from 'fflate';
import { copyBytes, joinBytes } from '../bytes.ts';
import { crc32 } from '../compression/crc32.ts';
import type { Packing, UnpackedSink, Unpacker } from './unpacker.ts';

const MAGIC = /^\u001f\u008b\u0008[\0-\u001f][^]{4}[\0\u0002\u0004][\0-\u000d\u00ff]/;
/** So many bytes become 16 MiB at most. */
const PIECE_BYTES = 16_384;
/** Checksum and length. */
const TRAILER_BYTES = 8;

class GzipUnpacker implements Unpacker {
  readonly #sink: UnpackedSink;
  readonly #gunzip: Gunzip;
  #pushed = 0;
  /** The piece that is being inflated, behind the last bytes of the one before. */
  #window: Uint8Array = new Uint8Array(0);
  #crc32 = 0;
  #length = 0;
  #isBroken = false;
  /** What the sink threw, which is no fault of the data. */
  #failure: Error | undefined;

  constructor(sink: UnpackedSink) {
    this.#sink = sink;
    this.#gunzip = new Gunzip((bytes) => {
      this.#take(bytes);
    });
    this.#gunzip.onmember = (offset) => {
      const end = this.#window.length - (this.#pushed - offset);
      this.#check(this.#window.subarray(Math.max(0, end - TRAILER_BYTES), end));
    };
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isBroken; at += PIECE_BYTES)
      this.#inflate(copyBytes(bytes, at, Math.min(bytes.length, at + PIECE_BYTES)), false);
  }

  finish(): void {
    if (!this.#isBroken) this.#inflate(new Uint8Array(0), true);
    if (!this.#isBroken) this.#check(this.#window.subarray(-TRAILER_BYTES));
  }

  #inflate(piece: Uint8Array, final: boolean): void {
    this.#pushed += piece.length;
    this.#window = joinBytes([this.#window.subarray(-TRAILER_BYTES), piece]);
    try {
      this.#gunzip.push(piece, final);
    } catch (error) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#isBroken = true;
      if (final) this.#sink.damaged('TRUNCATED', 'The gzip file ends early: what it lacks is missing.');
      else
        this.#sink.damaged(
          'CORRUPT_DATA',
          `The gzip file is damaged (${(error as Error).message}): what follows is left out.`,
        );
    }
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#crc32 = crc32(bytes, this.#crc32);
    this.#length += bytes.length;
    try {
      this.#sink.write(bytes);
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  #check(trailer: Uint8Array): void {
    const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength);
    const isRight =
      trailer.length === TRAILER_BYTES &&
      view.getUint32(0, true) === this.#crc32 &&
      view.getUint32(4, true) === this.#length >>> 0;
    this.#crc32 = 0;
    this.#length = 0;
    if (isRight) return;
    this.#isBroken = true;
    this.#sink.damaged(
      'CORRUPT_DATA',
      'The gzip file ends early, or what it holds has another checksum than it states.',
    );
  }
}

/** See {@link Packing}. Its first two bytes alone may be those of an ATIS recording. */
export const gzipPacking: Packing = {
  name: 'gzip',
  extensions: ['.gz'],
  begins: (_, text) => MAGIC.test(text),
  createUnpacker: (sink) => new GzipUnpacker(sink),
};
