/**
 * The gradient of a convolution's weights from lists of what was active: every spike or value adds the gradients of the
 * outputs that it reaches, frame after frame. Frames are listed in chunks, which threads share; then they share taps and
 * channels out, so that every sum has the order of the frames.
 */
import type { Alpha } from './gradient-rounding.ts';
import { reachTable, type Geometry } from './conv-geometry.ts';
import {
  channelBands,
  type CurrentsPlace,
  type MapPlace,
  type PlanContext,
  type RunContext,
} from './stage.ts';

/** Frames of a chunk for each thread; one thread alone takes frame by frame, while the lists are in the cache. */
const FRAMES_PER_THREAD = 16;
/** Room for the lists of a chunk, should everything be active. */
const CHUNK_BYTES = 2 ** 24;

/** How inputs are listed. */
export interface ListForm {
  /** Whether they stand in lists as often as they count, else each with its value. */
  readonly counted: boolean;
  /** Bytes of the entries of an input. */
  readonly entryBytes: number;
  /** Whether the gradient may be integers times a level. */
  readonly rounded: boolean;
}

/** Frames of a chunk from the address on, `bytes` apart. */
interface PerFrame {
  readonly starts: number;
  readonly entries: number;
  readonly integers: number;
}

/** Taps and channels of a task. */
interface WeightPart {
  readonly firstTap: number;
  readonly endTap: number;
  readonly first: number;
  readonly end: number;
}

/** A tap each, and channels in bands where those are not enough: lists are read once for all channels of a band. */
function partsOf(threads: number, { kernel }: Geometry, { stride }: CurrentsPlace): WeightPart[] {
  const taps = kernel[0] * kernel[1];
  if (threads === 1) return [{ firstTap: 0, endTap: taps, first: 0, end: stride }];
  const bands = Math.min(Math.ceil(stride / BAND_CHANNELS), Math.ceil((TASKS_PER_THREAD * threads) / taps));
  const width = BAND_CHANNELS * Math.ceil(stride / BAND_CHANNELS / bands);
  return Array.from({ length: taps * Math.ceil(stride / width) }, (_, part) => {
    const first = width * Math.floor(part / taps);
    const firstTap = part % taps;
    return { firstTap, endTap: firstTap + 1, first, end: Math.min(stride, first + width) };
  });
}

/** The block in the order of kernels/training/weight-gradient.ts. */
const BLOCK_WORDS = 8;
/** Channels that are added at a time, of a band at least. */
const BAND_CHANNELS = 32;
/** So that a late one holds nobody up for long. */
const TASKS_PER_THREAD = 8;

/** See the file comment. */
export class ListedGradient {
  readonly #geometry: Geometry;
  readonly #input: MapPlace;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #form: ListForm;
  readonly #bytes: PerFrame;
  readonly #chunkFrames: number;
  readonly #bands: ReturnType<typeof channelBands>;
  readonly #reach: number;
  readonly #block: number;
  #run!: RunContext;
  #conv!: number;

  constructor(
    geometry: Geometry,
    input: MapPlace,
    currents: CurrentsPlace,
    form: ListForm,
    plan: PlanContext,
  ) {
    const { layout, rooms } = plan;
    const pixels = input.height * input.width;
    const { counted, entryBytes, rounded } = form;
    const line = (bytes: number): number => 64 * Math.ceil((bytes + 16) / 64);
    const integerBytes = (currents.height * currents.width + 1) * 2 * currents.stride;
    this.#bytes = {
      starts: line(4 * ((counted ? input.channels : pixels) + 1)),
      entries: line(entryBytes * pixels * input.stride),
      integers: line(rounded ? integerBytes : 0),
    };
    const { starts, entries, integers } = this.#bytes;
    const frames = plan.samples * plan.steps;
    const fitting = Math.max(1, Math.floor(CHUNK_BYTES / (starts + entries + integers)));
    const chunk = rooms.threads === 1 ? 1 : Math.min(frames, fitting, FRAMES_PER_THREAD * rooms.threads);
    rooms.need('listStarts', chunk * starts);
    rooms.need('listEntries', chunk * entries);
    if (counted) {
      rooms.needOwn('starts', 4 * (pixels + 1));
      rooms.needOwn('entries', entryBytes * pixels * input.stride);
    }
    if (rounded) {
      rooms.need('integers', chunk * integers);
      rooms.need('mosts', 4 * chunk);
      rooms.needOwn('spare', 2 * currents.stride);
    }
    const taps = geometry.kernel[0] * geometry.kernel[1];
    this.#reach = counted ? layout.reserve(4 * taps * pixels) : 0;
    this.#block = layout.reserve(4 * BLOCK_WORDS);
    this.#geometry = geometry;
    this.#input = input;
    this.#currents = currents;
    this.#plan = plan;
    this.#form = form;
    this.#chunkFrames = chunk;
    this.#bands = channelBands(currents.stride);
  }

  /** @param conv the convolution's block. */
  start(run: RunContext, conv: number): void {
    this.#run = run;
    this.#conv = conv;
    const { rooms } = this.#plan;
    const { starts, integers } = this.#of(0);
    const rounded = this.#form.rounded ? [integers, this.#bytes.integers, rooms.at('mosts')] : [0, 0, 0];
    const lists = [starts, this.#bytes.starts, this.#reach, this.#currents.gradientBytes];
    run.space.words(this.#block, BLOCK_WORDS).set([...lists, ...rounded, this.#input.bound]);
    if (!this.#form.counted) return;
    const reach = reachTable(this.#geometry, this.#input, this.#currents);
    run.space.words(this.#reach, reach.length).set(reach);
  }

  /**
   * Adds to the gradient of the codes, when the crew is done with that at the currents.
   *
   * @param alpha where the gradient at the currents is integers times it: such are added eight at a time if they fit 16 bits.
   */
  add(samples: number, alpha: Alpha, to: number): void {
    const { crew } = this.#run;
    const frames = samples * this.#plan.steps;
    for (let first = 0; first < frames; first += this.#chunkFrames) {
      const chunk = Math.min(this.#chunkFrames, frames - first);
      // The lists are still read.
      if (first > 0) crew.barrier();
      crew.each(chunk, (i) => {
        this.#list(first + i, i, alpha);
      });
      crew.barrier();
      this.#addChunk(first, chunk, alpha, to);
    }
  }

  #list(frame: number, i: number, alpha: Alpha): void {
    const { crew } = this.#run;
    const { rooms } = this.#plan;
    const { height, width, channels, stride, address, bytes } = this.#input;
    const [map, pixels] = [address + frame * bytes, height * width];
    const { starts, entries, integers } = this.#of(i);
    if (!this.#form.counted) {
      crew.call('listValues', map, pixels, stride, starts, entries);
      return;
    }
    const pixelStarts = rooms.own('starts');
    crew.call('listSpikes', map, pixels, stride, pixelStarts, rooms.own('entries'));
    crew.call('listByChannel', pixelStarts, pixels, channels, starts, entries);
    if (alpha === null) return;
    const { height: outHeight, width: outWidth, stride: outStride } = this.#currents;
    const at = [this.#gradient(frame), outHeight * outWidth, outStride, 1 / alpha, integers] as const;
    crew.call('integerGradient', ...at, rooms.own('spare'), rooms.at('mosts') + 4 * i);
  }

  #addChunk(firstFrame: number, frames: number, alpha: Alpha, to: number): void {
    const { crew } = this.#run;
    const from = [this.#conv, this.#block, frames, this.#gradient(firstFrame)] as const;
    if (!this.#form.counted) {
      crew.each(this.#bands.length, (band) => {
        const { first, end } = this.#bands[band]!;
        crew.call('valueWeightGradient', ...from, to, first, end);
      });
      return;
    }
    const parts = partsOf(crew.threads, this.#geometry, this.#currents);
    crew.each(parts.length, (part) => {
      const { firstTap, endTap, first, end } = parts[part]!;
      crew.call('spikeWeightGradient', ...from, alpha ?? 0, to, firstTap, endTap, first, end);
    });
  }

  #gradient(frame: number): number {
    return this.#plan.rooms.at('currents') + frame * this.#currents.gradientBytes;
  }

  /** Addresses of a frame of the chunk. */
  #of(i: number): PerFrame {
    const { rooms } = this.#plan;
    const { starts, entries, integers } = this.#bytes;
    return {
      starts: rooms.at('listStarts') + i * starts,
      entries: rooms.at('listEntries') + i * entries,
      integers: this.#form.rounded ? rooms.at('integers') + i * integers : 0,
    };
  }
}
