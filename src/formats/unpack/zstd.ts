/** Zstandard frames (RFC 8878), one behind the other: decompressed by the zstd library, which looks at their checksums. */
import { startZstd, ZSTD_ERRORS, zstdError, type ZstdLibrary } from '../compression/zstd-library.ts';
import { EventFormatError } from '../errors.ts';
import type { Packing, UnpackedSink, Unpacker } from './unpacker.ts';

/** A frame, or one to pass over. */
const MAGIC = /^(?:\u0028\u00b5\u002f\u00fd|[\u0050-\u005f]\u002a\u004d\u0018)/;
/** Most bytes that are given to the library at once. */
const INPUT_BYTES = 16_384;
/** It asks for so many at the start of a frame. */
const START_BYTES = 5;
/** The largest block. */
const OUTPUT_BYTES = 131_072;
/** Two triples of address, size and position. */
const BLOCK_BYTES = 24;

/** The library at work on one file. */
interface ZstdRun {
  readonly library: ZstdLibrary;
  readonly context: number;
  readonly output: number;
  readonly input: number;
  /** Of the two triples: of the output, and behind it of the input. */
  readonly block: number;
}

/**
 * The library gets what it asks for and no more, block by block: however a file is pushed, what it holds up to a damage is
 * the same, and a block before a wrong checksum is not lost.
 */
class ZstdUnpacker implements Unpacker {
  readonly #sink: UnpackedSink;
  readonly #run: ZstdRun;
  #wanted = START_BYTES;
  /** Whether a frame was begun and not ended. */
  #isInside = false;
  #isBroken = false;

  constructor(sink: UnpackedSink) {
    this.#sink = sink;
    this.#run = startRun();
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isBroken;) {
      const part = bytes.subarray(at, at + Math.min(this.#wanted, INPUT_BYTES));
      this.#decompress(part);
      at += part.length;
    }
  }

  finish(): void {
    if (this.#isInside && !this.#isBroken)
      this.#sink.damaged('TRUNCATED', 'The zstd file ends inside a frame: what it lacks is missing.');
  }

  #decompress(bytes: Uint8Array): void {
    const { library, context, output, input, block } = this.#run;
    new Uint8Array(library.memory.buffer).set(bytes, input);
    let isFull = false;
    for (let read = 0; read < bytes.length || isFull;) {
      const words = new Int32Array(library.memory.buffer, block, BLOCK_BYTES / 4);
      words.set([output, OUTPUT_BYTES, 0, input, bytes.length, read]);
      const wanted = library.ZSTD_decompressStream(context, block, block + BLOCK_BYTES / 2);
      const error = zstdError(wanted);
      if (error !== 0) {
        this.#break(error);
        return;
      }
      // The memory may be another by now.
      const [, , made, , , next] = new Int32Array(library.memory.buffer, block, BLOCK_BYTES / 4);
      read = next!;
      isFull = made === OUTPUT_BYTES;
      this.#isInside = wanted !== 0;
      this.#wanted = wanted === 0 ? START_BYTES : wanted;
      if (made! > 0) this.#sink.write(new Uint8Array(library.memory.buffer, output, made));
    }
  }

  #break(error: number): void {
    this.#isBroken = true;
    if (error === ZSTD_ERRORS.windowTooLarge)
      this.#sink.damaged(
        'TOO_LARGE',
        'The zstd file was made with --long or --ultra and needs more than 128 MiB: unpack it with zstd --long=31.',
      );
    else this.#sink.damaged('CORRUPT_DATA', 'The zstd file is damaged: what follows is left out.');
  }
}

/** @throws EventFormatError `UNSUPPORTED_FORMAT`, `TOO_LARGE` */
function startRun(): ZstdRun {
  const library = startZstd();
  if (library === null)
    throw new EventFormatError(
      'UNSUPPORTED_FORMAT',
      0,
      'A recording in zstd needs WebAssembly, which is not to be had here. Unpack it first.',
    );
  const [context, output, input, block] = [
    library.ZSTD_createDCtx(),
    library.malloc(OUTPUT_BYTES),
    library.malloc(INPUT_BYTES),
    library.malloc(BLOCK_BYTES),
  ];
  if ([context, output, input, block].includes(0))
    throw new EventFormatError('TOO_LARGE', 0, 'There is no memory to unpack a recording in zstd.');
  return { library, context, output, input, block };
}

/** See {@link Packing}. */
export const zstdPacking: Packing = {
  name: 'zstd',
  extensions: ['.zst', '.zstd'],
  begins: (_, text) => MAGIC.test(text),
  createUnpacker: (sink) => new ZstdUnpacker(sink),
};
