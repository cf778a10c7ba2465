/** LZ4 blocks in WebAssembly SIMD, in the memory of a run, where the events are then made of what comes out. */
import { roomInRun, type RecordRun } from '../../records/run.ts';
import type { RunSpace } from '../../records/run-space.ts';
import { KERNEL_MODULE } from '../kernel.generated.ts';
import { blockFault } from './lz4-block.ts';
import { mostBytes, type Lz4Output } from './lz4-output.ts';

const TABLE_BYTES = 320;
/** What the kernel touches on either side of blocks and output. */
const SLACK_BYTES = 16;
/** The kernel's results below are faults, 0 among them: the block does not fit. */
const FIRST_PLACE = 16;

type DecompressBlock = (
  from: number,
  end: number,
  start: number,
  at: number,
  limit: number,
  tables: number,
) => number;

/** The kernel of a space; its source is in kernels/aedat4. */
export class Lz4Kernel {
  readonly #tables: number;
  readonly #decompress: DecompressBlock;

  /** @throws what WebAssembly throws where it, its SIMD or compilation is not available. */
  constructor(space: RunSpace) {
    this.#tables = space.reserve(TABLE_BYTES);
    const { decompressBlock, writeTables } = space.instantiate(KERNEL_MODULE);
    (writeTables as (tables: number) => void)(this.#tables);
    this.#decompress = decompressBlock as DecompressBlock;
  }

  /** All are places in the space. @returns where the output ends, a fault below 16. */
  decompress(from: number, end: number, start: number, at: number, limit: number): number {
    return this.#decompress(from, end, start, at, limit, this.#tables);
  }
}

/** Output in the memory of a run; it holds until the next one. @throws RangeError where that cannot grow so much. */
export class KernelOutput implements Lz4Output {
  readonly #run: RecordRun;
  readonly #frame: number;
  readonly #start: number;
  #memory!: Uint8Array;
  #kernel!: Lz4Kernel;
  #room = -1;
  #length = 0;

  constructor(run: RecordRun, frame: Uint8Array, expectedBytes: number) {
    this.#run = run;
    const frameBytes = Math.ceil(frame.length / SLACK_BYTES) * SLACK_BYTES;
    this.#frame = roomInRun(run, frameBytes + 3 * SLACK_BYTES);
    this.#start = this.#frame + frameBytes + 2 * SLACK_BYTES;
    this.#reserve(expectedBytes);
    this.#memory.set(frame, this.#frame);
  }

  get length(): number {
    return this.#length;
  }

  store(from: number, end: number): void {
    this.#reserve(this.#length + end - from);
    this.#memory.copyWithin(this.#start + this.#length, this.#frame + from, this.#frame + end);
    this.#length += end - from;
  }

  decompress(from: number, end: number, limit: number): boolean {
    const most = Math.min(limit, this.#length + mostBytes(end - from));
    this.#reserve(most);
    const start = this.#start;
    const done = this.#kernel.decompress(
      this.#frame + from,
      this.#frame + end,
      start,
      start + this.#length,
      start + most,
    );
    if (done >= FIRST_PLACE) this.#length = done - start;
    else if (done > 0) throw blockFault(done);
    return done > 0;
  }

  bytes(): Uint8Array {
    return this.#memory.subarray(this.#start, this.#start + this.#length);
  }

  #reserve(needed: number): void {
    if (needed <= this.#room) return;
    const { space } = this.#run;
    const before = this.#frame;
    roomInRun(this.#run, this.#start - before + needed + SLACK_BYTES);
    this.#room = needed;
    this.#memory = new Uint8Array(space.buffer);
    this.#kernel = space.kernel(Lz4Kernel)!;
  }
}
