/** What recordings may be packed in, told by the first bytes and unpacked as they come. */
import type { EventFormatErrorCode } from '../errors.ts';

/** Who takes what is unpacked. */
export interface UnpackedSink {
  /** The next bytes, which hold during the call. */
  write(bytes: Uint8Array): void;
  /** The recording's own name, where the packing knows it. To be called before `write`. */
  named(fileName: string): void;
  /** The packing is damaged at a place of it; nothing more may come. */
  damaged(code: EventFormatErrorCode, message: string): void;
  note(code: string, message: string): void;
}

/** Unpacks the bytes of one file, pushed in chunks of any size. */
export interface Unpacker {
  push(bytes: Uint8Array): void;
  finish(): void;
}

/** A packing. */
export interface Packing {
  /** As people call it. */
  readonly name: string;
  /** What its file names end with, behind the recording's own name; with the dot. */
  readonly extensions: readonly string[];
  /** Whether bytes begin so. @param text the same as latin-1. */
  begins(head: Uint8Array, text: string): boolean;
  createUnpacker(sink: UnpackedSink): Unpacker;
}
