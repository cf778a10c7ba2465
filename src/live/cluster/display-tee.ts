/** One camera's pictures for two who take them at times of their own. */
import type { DisplayFrame } from '../protocol/index.ts';

/** Older ones are not worth adding to. */
const STALE_MS = 1000;

interface Kept {
  readonly frame: DisplayFrame;
  readonly at: number;
}

/** What one side takes is kept for the other, added up. */
export class DisplayTee {
  readonly #source: () => DisplayFrame | null;
  readonly #kept: [own: Kept | null, other: Kept | null] = [null, null];

  constructor(source: () => DisplayFrame | null) {
    this.#source = source;
  }

  /**
   * The events since this side's last call.
   *
   * @param isShared whether the other side takes pictures, too.
   */
  take(side: 0 | 1, isShared: boolean): DisplayFrame | null {
    const frame = this.#source();
    const own = this.#kept[side];
    this.#kept[side] = null;
    const other = side === 0 ? 1 : 0;
    if (!isShared) this.#kept[other] = null;
    else if (frame !== null)
      this.#kept[other] = { frame: add(this.#kept[other], frame), at: performance.now() };
    return frame === null ? (own?.frame ?? null) : add(own, frame);
  }
}

function add(kept: Kept | null, frame: DisplayFrame): DisplayFrame {
  const before = kept?.frame;
  if (before === undefined || performance.now() - kept!.at > STALE_MS) return frame;
  const { width, height } = frame.geometry;
  if (before.geometry.width !== width || before.geometry.height !== height) return frame;
  return { ...frame, on: sum(before.on, frame.on), off: sum(before.off, frame.off) };
}

function sum(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(b.length);
  for (let i = 0; i < both.length; i++) both[i] = Math.min(255, a[i]! + b[i]!);
  return both;
}
