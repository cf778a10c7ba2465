/** Frames out of DAVIS words: each pixel is read twice, after its reset and after its exposure. */
import type { SensorGeometry } from '../../events/index.ts';
import type { CameraFrame } from '../side-channels.ts';
import type { ChipLayout } from './addressing.ts';

const RESET_READ = 1;
const SIGNAL_READ = 2;

/**
 * Collects the reads of a frame. It is complete once every pixel has both, or, as cameras may read a part of the
 * sensor only, where a pixel's next reset read follows. The frame is the smallest rectangle around the pixels that
 * have both reads; pixels inside that lack one are 0.
 */
export class ApsWords {
  readonly #chip: ChipLayout;
  readonly #sensor: SensorGeometry;
  readonly #resets: Uint16Array;
  readonly #values: Int16Array;
  readonly #reads: Uint8Array;
  #complete = 0;
  /** Pixels with a reset read only. */
  #open = 0;
  #left = Infinity;
  #right = -1;
  #top = Infinity;
  #bottom = -1;
  #start: number | undefined;
  #end = 0;

  constructor(chip: ChipLayout, sensor: SensorGeometry) {
    this.#chip = chip;
    this.#sensor = sensor;
    const pixels = sensor.width * sensor.height;
    this.#resets = new Uint16Array(pixels);
    this.#values = new Int16Array(pixels);
    this.#reads = new Uint8Array(pixels);
  }

  /** Takes a word; returns the frame that it ends. */
  push(address: number, tMicros: number): CameraFrame | null {
    const { xShift, xMask, yShift, yMask } = this.#chip;
    const { width, height } = this.#sensor;
    const x = width - 1 - ((address >>> xShift) & xMask);
    const y = height - 1 - ((address >>> yShift) & yMask);
    const read = (address >>> 10) & 3;
    if (x < 0 || y < 0 || read > 1) return null;
    const pixel = y * width + x;
    const reads = this.#reads[pixel]!;
    const adc = address & 0x3ff;
    if (read === 0) {
      const frame = (reads & SIGNAL_READ) === 0 ? null : this.#take();
      this.#start ??= tMicros;
      this.#end = tMicros;
      if (this.#reads[pixel] === 0) this.#open++;
      this.#resets[pixel] = adc;
      this.#reads[pixel] = RESET_READ;
      return frame;
    }
    // A signal read without its reset read has no meaning.
    if (reads !== RESET_READ) return null;
    this.#end = tMicros;
    this.#open--;
    this.#values[pixel] = this.#resets[pixel]! - adc;
    this.#reads[pixel] = RESET_READ | SIGNAL_READ;
    this.#left = Math.min(this.#left, x);
    this.#right = Math.max(this.#right, x);
    this.#top = Math.min(this.#top, y);
    this.#bottom = Math.max(this.#bottom, y);
    return ++this.#complete === this.#reads.length ? this.#take() : null;
  }

  /** No more words come: the last frame, if it lacks no read. */
  finish(): CameraFrame | null {
    const pixels = (this.#right - this.#left + 1) * (this.#bottom - this.#top + 1);
    return this.#open === 0 && this.#complete === pixels ? this.#take() : null;
  }

  #take(): CameraFrame {
    const width = this.#right - this.#left + 1;
    const height = this.#bottom - this.#top + 1;
    const pixels = new Int16Array(width * height);
    for (let row = 0; row < height; row++) {
      const at = (this.#top + row) * this.#sensor.width + this.#left;
      pixels.set(this.#values.subarray(at, at + width), row * width);
    }
    const start = this.#start ?? this.#end;
    const frame: CameraFrame = {
      tMicros: start,
      startMicros: start,
      endMicros: this.#end,
      exposureStartMicros: null,
      exposureEndMicros: null,
      x: this.#left,
      y: this.#top,
      size: { width, height },
      channels: 1,
      pixels,
    };
    this.#reads.fill(0);
    this.#values.fill(0);
    this.#complete = this.#open = 0;
    this.#left = this.#top = Infinity;
    this.#right = this.#bottom = -1;
    this.#start = undefined;
    return frame;
  }
}
