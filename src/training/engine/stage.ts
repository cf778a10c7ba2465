/** What the parts of a compiled plan have in common. */
import type { Crew } from './crew.ts';
import type { Kernel } from './kernel.ts';
import type { NetworkWeights } from './network-weights.ts';
import type { EngineParameters } from './parameters.ts';
import type { RoomName, Rooms } from './rooms.ts';
import type { Layout, Space } from './space.ts';

/** A map of bytes, `[samples, T, height, width, stride]`. */
export interface MapPlace {
  readonly address: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Bytes of a pixel. */
  readonly stride: number;
  /** Of one frame. */
  readonly bytes: number;
  /** Largest byte. */
  readonly bound: number;
  /** Where the gradient at the map is, float32 in the same order; `null` at the network's input. */
  readonly gradient: Extract<RoomName, 'evenMaps' | 'oddMaps' | 'branch' | `map ${string}`> | null;
}

/** Integer currents in float32, `[samples, T, height, width, stride]`. */
export interface CurrentsPlace {
  readonly address: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: number;
  /** Of one frame. */
  readonly bytes: number;
  /** Of one frame of the gradient, which has a row of zeros behind it. */
  readonly gradientBytes: number;
}

/** What neurons read. */
export interface CurrentsSource {
  readonly currents: CurrentsPlace;
  /** Real value of the integer 1 of each channel, of the weights in hand. */
  readonly scale: Float64Array;
}

/** How gradients at the currents of inner convolutions are rounded. */
export interface RoundingContext {
  readonly levels: number;
  readonly seed: number;
  /** Input channels from which the products of rounded gradients are made on counters: their bits are the same anyway. */
  readonly countersFrom: number;
  /** Whether the next batch tells what rounding does. */
  measured: boolean;
}

/**
 * Where a layer's membranes go from one stretch of steps to the next: addresses of float32 `[samples, height, width, stride]`, 0 for
 * what there is not.
 */
export interface CarriedMembranes {
  /** Behind the stretch before this one. */
  readonly before: number;
  /** Behind this one. */
  readonly after: number;
  /** Gradient at the drives of the step behind this stretch; receives that of its first step. */
  readonly behind: number;
}

/** What stages are planned with. */
export interface PlanContext {
  readonly layout: Layout;
  readonly rooms: Rooms;
  readonly parameters: EngineParameters;
  readonly weights: NetworkWeights;
  readonly steps: number;
  /** Samples of the largest batch. */
  readonly samples: number;
  /** `null` where gradients stay as they are. */
  readonly rounding: RoundingContext | null;
  /** Of a layer of LIF neurons, where `steps` are a stretch of a window; absent where they are the whole. */
  readonly carried?: (layer: string, currents: CurrentsPlace) => CarriedMembranes;
}

/** What stages run with. */
export interface RunContext {
  readonly space: Space;
  /** On the calling thread, and only while nobody else computes. */
  readonly kernel: Kernel;
  readonly crew: Crew;
}

/**
 * A part of the plan. Everything has its place in the engine's memory. What a stage gives to the crew may be done any time
 * before `Crew.done`, in the order that it was given.
 */
export interface Stage {
  /** Once: tables that never change. */
  start(run: RunContext): void;
  forward(samples: number): Promise<void> | void;
  /** Adds to the gradients of the parameters, and makes that of the map that the stage reads unless that is the input. */
  backward(samples: number): Promise<void> | void;
  /** When everything is done that `backward` gave to the crew. */
  finish?(): void;
}

/**
 * Channels in bands of whole cache lines: no two threads write to one line.
 *
 * @param most bands. Narrow ones stay in the cache where rows are read again and again; whole rows are read best where each is
 * read once, as those of weights are.
 */
export function channelBands(stride: number, most = 16): { readonly first: number; readonly end: number }[] {
  const width = Math.max(16, 16 * Math.ceil(stride / (16 * most)));
  return Array.from({ length: Math.ceil(stride / width) }, (_, band) => ({
    first: band * width,
    end: Math.min(stride, (band + 1) * width),
  }));
}

/** Frames of a batch in eights: kernels take so many at a time. */
export function wholeEights(frames: number): number {
  return Math.ceil(frames / 8) * 8;
}
