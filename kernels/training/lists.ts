/**
 * Lists of what is active in a frame's map of bytes. A spike that counts v times (sums of pools) stands in the list v
 * times, so whoever reads it only adds; where values may be large (event counts), an entry has its value beside it.
 */

/** Appends the active channels of eight bytes. */
// @ts-ignore: decorator
@inline
function appendWord(word: u64, first: u32, to: usize): usize {
  while (word != 0) {
    const byte = <u32>(ctz(word) >> 3);
    const shift = <u64>(byte << 3);
    let count = <u32>((word >> shift) & 0xff);
    word &= ~(<u64>0xff << shift);
    do {
      store<u32>(to, first + byte);
      to += 4;
    } while (--count != 0);
  }
  return to;
}

/**
 * Active channels of each pixel.
 *
 * @param stride bytes of a pixel, a multiple of 8.
 * @param starts addresses of the pixels' first entries, and the end: `pixels + 1` words.
 * @param entries one word a spike.
 */
export function listSpikes(map: usize, pixels: i32, stride: i32, starts: usize, entries: usize): void {
  let to = entries;
  for (let pixel = 0; pixel < pixels; pixel++) {
    store<u32>(starts, <u32>to);
    starts += 4;
    for (let c = 0; c < stride; c += 8) to = appendWord(load<u64>(map + c), c, to);
    map += stride;
  }
  store<u32>(starts, <u32>to);
}

/** The same for any stride; an entry is a channel and, as float32, its value. */
export function listValues(map: usize, pixels: i32, stride: i32, starts: usize, entries: usize): void {
  let to = entries;
  const words = stride & ~7;
  for (let pixel = 0; pixel < pixels; pixel++) {
    store<u32>(starts, <u32>to);
    starts += 4;
    let c = 0;
    for (; c < words; c += 8) {
      let word = load<u64>(map + c);
      while (word != 0) {
        const byte = <u32>(ctz(word) >> 3);
        const shift = <u64>(byte << 3);
        to = appendValue(to, c + byte, <u32>((word >> shift) & 0xff));
        word &= ~(<u64>0xff << shift);
      }
    }
    for (; c < stride; c++) {
      const value = load<u8>(map + c);
      if (value != 0) to = appendValue(to, c, value);
    }
    map += stride;
  }
  store<u32>(starts, <u32>to);
}

// @ts-ignore: decorator
@inline
function appendValue(to: usize, channel: u32, value: u32): usize {
  store<u32>(to, channel);
  store<f32>(to, <f32>value, 4);
  return to + 8;
}

/**
 * The lists of {@link listSpikes} turned round: the pixels in which each channel is active.
 *
 * @param channelStarts `channels + 1` words.
 * @param pixelsOf one word a spike.
 */
export function listByChannel(
  starts: usize,
  pixels: i32,
  channels: i32,
  channelStarts: usize,
  pixelsOf: usize,
): void {
  memory.fill(channelStarts, 0, 4 * (channels + 1));
  const end = load<u32>(starts + 4 * pixels);
  for (let entry = load<u32>(starts); entry < end; entry += 4) {
    const at = channelStarts + 4 * load<u32>(entry);
    store<u32>(at, load<u32>(at) + 4);
  }
  let sum = <u32>pixelsOf;
  for (let c = 0; c <= channels; c++) {
    const at = channelStarts + 4 * c;
    const bytes = load<u32>(at);
    store<u32>(at, sum);
    sum += bytes;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    const last = load<u32>(starts + 4 * pixel, 4);
    for (let entry = load<u32>(starts + 4 * pixel); entry < last; entry += 4) {
      const at = channelStarts + 4 * load<u32>(entry);
      const to = load<u32>(at);
      store<u32>(to, pixel);
      store<u32>(at, to + 4);
    }
  }
  // Each start now stands where its list ends, which is where the next one begins.
  for (let c = channels; c > 0; c--) store<u32>(channelStarts + 4 * c, load<u32>(channelStarts + 4 * (c - 1)));
  store<u32>(channelStarts, <u32>pixelsOf);
}
