/**
 * What decoder and encoder of ECF share. Prophesee's own codec (github.com/prophesee-ai/hdf5_ecf) is under the Apache License
 * 2.0. This one is written from the rules of the format and holds none of its code, so saccade's licence holds for it.
 */
import { CodecError } from '../../aedat4/codec/codec-error.ts';

/** Number of the filter in HDF5 files. */
export const ECF_FILTER = 0x8ecf;

/** Bytes of an event that is not encoded: x u16, y u16, p i16, two bytes of nothing, t i64, little-endian. */
export const ECF_EVENT_BYTES = 16;

/** The number of events with the packing (u32), and the first time (u64). */
export const ECF_HEADER_BYTES = 12;

/** In the header's lowest bits: x, y and p of an event are one word, or x and p are. */
export const XYP_WORDS = 2;
export const XP_WORDS = 1;

/** Of x and y. */
export const ECF_PLACES = 2048;

/** Most events of a chunk: runs are counted in 16 bits. */
export const ECF_MAX_EVENTS = 0xffff;

/** A chunk that is damaged. @param problem what it does, to be read behind its name. */
export function ecfDamage(problem: string): CodecError {
  return new CodecError('CORRUPT_DATA', `An ECF chunk ${problem}.`);
}
