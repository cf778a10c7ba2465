/**
 * Orders of channels in the kernels' memory. Spikes of a pixel are words of 128 bits, channel c in bit c & 7 of byte
 * c >> 3. Where 128 channels are numbers, channel 8k + j is number k of group j, `[8][16]`: what a bit transposition
 * of counters gives.
 */

/** Channels of a word. */
export const WORD_CHANNELS = 128;
/** Bytes of a word of spikes. */
export const WORD_BYTES = 16;

/** Words that so many channels take. */
export function wordsFor(channels: number): number {
  return Math.ceil(channels / WORD_CHANNELS);
}

/** Where a channel's number is: its word first, then the order `[8][16]`. */
export function numberIndex(channel: number): number {
  const within = channel & (WORD_CHANNELS - 1);
  return channel - within + (within & 7) * 16 + (within >> 3);
}

/** Sets the bit of a channel in words that begin at byte `address`. */
export function setChannelBit(bytes: Uint8Array, address: number, channel: number): void {
  bytes[address + (channel >> 3)]! |= 1 << (channel & 7);
}
