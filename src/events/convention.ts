/** Conventions in circulation for coordinates and polarity, each as a turn of the canonical one. */

/**
 * How a model, a data set or a tool lays out events. `canonical` is libcaer's and saccade's own: origin top-left, y down,
 * 1 = ON. The others reproduce what is made of a DVS128's words elsewhere: `spikingjelly` (CIFAR10-DVS: transposed),
 * `jaer` (display, y up), `dat2mat` (the same), `raw` (events-tfds: the fields as they stand), `tonic` (swapped axes, raw
 * bit).
 */
export type Convention = 'canonical' | 'jaer' | 'dat2mat' | 'spikingjelly' | 'raw' | 'tonic';

/** All conventions. */
export const CONVENTIONS: readonly Convention[] = [
  'canonical',
  'jaer',
  'dat2mat',
  'spikingjelly',
  'raw',
  'tonic',
];

/** What is done to a canonical event on a sensor of W x H pixels: first the flips, then the axes change places. */
export interface Orientation {
  /** x becomes W - 1 - x. */
  readonly flipX: boolean;
  /** y becomes H - 1 - y. */
  readonly flipY: boolean;
  readonly swapAxes: boolean;
  /** 1 becomes OFF. */
  readonly flipPolarity: boolean;
}

const UNTURNED: Orientation = { flipX: false, flipY: false, swapAxes: false, flipPolarity: false };

const ORIENTATIONS: Readonly<Record<Convention, Orientation>> = {
  canonical: UNTURNED,
  jaer: { ...UNTURNED, flipY: true },
  dat2mat: { ...UNTURNED, flipY: true },
  spikingjelly: { ...UNTURNED, swapAxes: true },
  raw: { flipX: true, flipY: true, swapAxes: false, flipPolarity: true },
  tonic: { flipX: true, flipY: true, swapAxes: true, flipPolarity: true },
};

/**
 * The way from canonical events to a convention, the same for every format and for cameras without one: a recording in
 * AEDAT 2 and the same events over a network give the same. The polarity of `raw` and `tonic` is that of a DVS128, whose
 * words have 0 for ON.
 *
 * @example
 * ```ts
 * import { orientationOf } from 'saccade';
 * console.log(orientationOf('spikingjelly').swapAxes, orientationOf('jaer').flipY); // true true
 * ```
 */
export function orientationOf(convention: Convention): Orientation {
  return ORIENTATIONS[convention];
}
