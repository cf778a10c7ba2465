/** The loop over dvs events in WebAssembly SIMD; its source is in kernels/es. */
import type { SensorGeometry } from '../../events/index.ts';
import { fieldPlaces } from '../../events/kernels.ts';
import type { RecordRun } from '../records/run.ts';
import { INPUT_BYTES, type KernelBlock, type RunSpace } from '../records/run-space.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';
import type { EsClock } from './pixels.ts';

/** The block after its double, in the order of kernels/es/block.ts. */
const FIELDS = ['right', 'bottom', 'events', 'on', 'outside', 'overflows'] as const;
const DOUBLES = 1;
const SUMS = 9;
const INTEGER = fieldPlaces(FIELDS, 2 * DOUBLES);

type DecodeDvs = (
  block: number,
  start: number,
  end: number,
  t: number,
  x: number,
  y: number,
  p: number,
) => number;

/** The kernel of a space. */
export class DvsKernel {
  readonly #space: RunSpace;
  readonly #block: KernelBlock;
  readonly #decode: DecodeDvs;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#space = space;
    this.#block = space.reserveBlock(DOUBLES, FIELDS.length + SUMS);
    this.#decode = space.instantiate(KERNEL_MODULE)['decodeDvs'] as DecodeDvs;
  }

  /** Does what `decodeDvsScalar` does; the run is empty. */
  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    { width, height }: SensorGeometry,
    clock: EsClock,
    run: RecordRun,
  ): number {
    const { input, arrays } = this.#space;
    const { t, x, y, p } = arrays;
    const integers = this.#block.integers;
    this.#block.doubles[0] = clock.time;
    integers[INTEGER.right] = width - 1;
    integers[INTEGER.bottom] = height - 1;
    integers[INTEGER.events] = 0;
    integers[INTEGER.on] = 0;
    integers[INTEGER.outside] = 0;
    integers[INTEGER.overflows] = clock.overflows;
    let at = start;
    while (at < end) {
      const size = Math.min(INPUT_BYTES, end - at);
      input.set(bytes.subarray(at, at + size));
      const first = input.byteOffset;
      const next = this.#decode(
        this.#block.at,
        first,
        first + size,
        t.byteOffset,
        x.byteOffset,
        y.byteOffset,
        p.byteOffset,
      );
      if (next === first) break;
      at += next - first;
    }
    clock.time = this.#block.doubles[0];
    clock.overflows = integers[INTEGER.overflows]!;
    run.length = integers[INTEGER.events]!;
    run.on = integers[INTEGER.on]!;
    run.outside = integers[INTEGER.outside]!;
    return at;
  }
}
