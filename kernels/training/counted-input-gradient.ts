/**
 * The gradient at the input of a convolution with weights of -1 and +1, where the gradient at its currents is signed powers
 * of two: an entry is a row of signs that is added to counters from the plane of its level on, complemented if it is
 * negative. With N the sum of the magnitudes, the gradient is 2 count - N levels α.
 */
import { pairBytes } from './bit-rows';
import { Conv, endOut, firstOut } from './conv';
import { Counting, ENDS_BYTES, append, endsOf, resetLists } from './counters';
import { copyEnds, sumReach } from './reach';

/**
 * Lists what is not 0 in a frame's codes, by level. An entry is the row of its channel and sign in the first tap of a window
 * that begins at its own place; whoever reads it adds the tap. So the pixels of a row stand together for all taps.
 */
function listByLevel(conv: Conv, p: Counting, codes: usize): void {
  const pair = pairBytes(p.words);
  const rowBytes = pair >> 1;
  const tapBytes = <usize>conv.channels * pair;
  const ends = endsOf(p, 0);
  let starts = p.starts;
  resetLists(p, 0);
  for (let oy = 0; oy < conv.outHeight; oy++) {
    let row: usize = 0;
    for (let ox = 0; ox < conv.outWidth; ox++) {
      copyEnds(ends, starts);
      starts += ENDS_BYTES;
      let entry = row;
      for (const end = codes + conv.channels; codes < end; codes++) {
        append(ends, load<u8>(codes), entry, rowBytes);
        entry += pair;
      }
      row -= <usize>conv.stride * tapBytes;
    }
  }
  copyEnds(ends, starts);
}

/**
 * @param codes of `codeGradient`, one frame's `[output pixels, channels]`.
 * @param to receives `[input pixels, input stride]`.
 */
export function countedInputGradient(conv: Conv, p: Counting, codes: usize, to: usize): void {
  listByLevel(conv, p, codes);
  const tapBytes = <usize>conv.channels * pairBytes(p.words);
  const rowEnds = <usize>conv.outWidth * ENDS_BYTES;
  for (let y = conv.top; y < conv.top + conv.inHeight; y++) {
    const firstY = firstOut(y, conv.kernelHeight, conv.stride);
    const rows = endOut(y, conv.stride, conv.outHeight) - firstY;
    // The tap of the first row; each next one is `stride` rows of taps before it.
    const firstTap = p.table + <usize>((y - firstY * conv.stride) * conv.kernelWidth) * tapBytes;
    const weightBytes = <usize>(conv.stride * conv.kernelWidth) * tapBytes;
    for (let x = conv.left; x < conv.left + conv.inWidth; x++) {
      const firstX = firstOut(x, conv.kernelWidth, conv.stride);
      const endX = endOut(x, conv.stride, conv.outWidth);
      const first = p.starts + <usize>firstY * rowEnds;
      const weights = firstTap + <usize>x * tapBytes;
      sumReach(p, first, firstX, endX, rows, rowEnds, weights, 0 - weightBytes, conv.inStride, to);
      to += 4 * <usize>conv.inStride;
    }
  }
}
