/** Events turned into structs, by the kernel where it runs, else by the plain loop. */
import type { EventBatch, SensorGeometry } from '../../events/index.ts';
import { giveSpace, INPUT_BYTES, takeSpace, type RunSpace } from '../records/run-space.ts';
import { EVENT_BYTES } from './events.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';

/**
 * Encodes events `[from, to)` to `output` from byte `at` on; stops before one that a struct cannot hold, or that
 * lies outside the sensor.
 *
 * @param sensor up to 32,768 pixels a side.
 * @returns the first event that was not encoded.
 */
export type EncodeStructs = (
  batch: EventBatch,
  sensor: SensorGeometry,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
) => number;

/** The plain loop: the oracle of the kernel, and what runs where there is no WebAssembly. */
export const encodeStructsScalar: EncodeStructs = ({ t, x, y, p }, sensor, from, to, output, at) => {
  const { width, height } = sensor;
  const view = new DataView(output.buffer, output.byteOffset + at);
  for (let i = from, place = 0; i < to; i++, place += EVENT_BYTES) {
    const time = t[i]!;
    if (x[i]! >= width || y[i]! >= height || !Number.isSafeInteger(time)) return i;
    view.setInt32(place, time | 0, true);
    view.setInt32(place + 4, Math.floor(time / 2 ** 32), true);
    view.setUint16(place + 8, x[i]!, true);
    view.setUint16(place + 10, y[i]!, true);
    view.setUint32(place + 12, p[i]!, true);
  }
  return to;
};

type Encode = (
  t: number,
  x: number,
  y: number,
  p: number,
  count: number,
  output: number,
  lastPlace: number,
) => number;

/** The encoding kernel of a space; its source is in kernels/aedat4. */
export class StructEncodeKernel {
  readonly #space: RunSpace;
  readonly #encode: Encode;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#encode = space.instantiate(KERNEL_MODULE)['encodeStructs'] as Encode;
  }

  readonly encode: EncodeStructs = (batch, { width, height }, from, to, output, at) => {
    // The place for input takes the output.
    const { arrays, input } = this.#space;
    const { t, x, y, p } = arrays;
    const most = INPUT_BYTES / EVENT_BYTES;
    for (let first = from; first < to; first += most) {
      const end = Math.min(to, first + most);
      t.set(batch.t.subarray(first, end));
      x.set(batch.x.subarray(first, end));
      y.set(batch.y.subarray(first, end));
      p.set(batch.p.subarray(first, end));
      const done = this.#encode(
        t.byteOffset,
        x.byteOffset,
        y.byteOffset,
        p.byteOffset,
        end - first,
        input.byteOffset,
        (width - 1) | ((height - 1) << 16),
      );
      output.set(input.subarray(0, done * EVENT_BYTES), at + (first - from) * EVENT_BYTES);
      if (first + done < end) return first + done;
    }
    return to;
  };
}

/** See {@link EncodeStructs}. */
export const encodeStructs: EncodeStructs = (...args) => {
  const space = takeSpace();
  const fast = space.kernel(StructEncodeKernel);
  const next = fast === null ? encodeStructsScalar(...args) : fast.encode(...args);
  giveSpace(space);
  return next;
};
