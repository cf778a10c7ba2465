/** The data of this room: slices of a stream, one frame per time step, clips of T frames. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';

/** Channels of a frame: 0 = OFF, 1 = ON. */
export const POLARITY_CHANNELS = 2;

/** Counts per pixel. They saturate at the type's maximum and never wrap around. */
export type CountArray = Uint8Array | Uint16Array | Uint32Array;

/** The values of a frame: counts, or what another representation makes of events. */
export type FrameArray = CountArray | Int8Array | Int16Array | Int32Array | Float32Array;

/** Element type of counts. */
export type CountType = 'uint8' | 'uint16' | 'uint32';

/**
 * The events of one time step of one window. A window has `steps` slices, `step` 0 … `steps - 1`,
 * always all of them and in order.
 */
export interface EventSlice {
  /** Number of the window since the start of the stream, from 0. */
  readonly window: number;
  readonly step: number;
  /** Time steps in each window (T). */
  readonly steps: number;
  /** Number of the time segment, from 0: a window never reaches over a reset of the camera's clock. */
  readonly segment: number;
  /**
   * The step covers `[startMicros, endMicros)` where it is cut by time, and is from its first event to its last otherwise. The last step
   * of a rule for whole recordings may have an event at its end, or what the rule leaves over behind it.
   */
  readonly startMicros: number;
  readonly endMicros: number;
  /** The events in recorded order, in one or more batches. */
  readonly batches: readonly EventBatch[];
  /** Of them, those that a window or a step in front of it has too. Left out: none. */
  readonly repeatedEvents?: number;
}

/**
 * One binned time step: values of shape `[channels, height, width]`. Of counts, the usual representation, channel 0 is OFF
 * and 1 is ON.
 */
export interface StepFrame {
  readonly window: number;
  readonly step: number;
  readonly steps: number;
  /** Number of the time segment, from 0. */
  readonly segment: number;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly geometry: SensorGeometry;
  /** Counts, or the values of another representation. */
  readonly counts: FrameArray;
  /** Events that are in this frame. */
  readonly events: number;
  /** Events lost because a count was at its maximum. */
  readonly saturated: number;
  /** Events outside the sensor, left out. */
  readonly outside: number;
  /** Events that the representation has no place for, where its rule leaves any out. */
  readonly unrepresented?: number;
  /** Events, those left out of the frame among them, that a window or a step in front of it has too, where there are any. */
  readonly repeatedEvents?: number;
}

/** All time steps of a window or recording: values of shape `[steps, channels, height, width]`, counts with two channels. */
export interface FrameClip {
  readonly steps: number;
  readonly geometry: SensorGeometry;
  readonly counts: FrameArray;
  readonly events: number;
  readonly saturated: number;
  readonly outside: number;
  readonly unrepresented?: number;
  /** As in {@link StepFrame}. */
  readonly repeatedEvents?: number;
}

/** How much of a clip is of a class. */
export interface ClassShare {
  /** Index of the class. */
  readonly label: number;
  /** Above 0, at most 1; all of a clip are 1 together. */
  readonly share: number;
}

/** A clip with the index of its class. */
export interface LabelledClip {
  readonly clip: FrameClip;
  /** Of a clip that is mixed of several, the class with the largest share. */
  readonly label: number;
  /** Of a clip that is mixed of several classes, what is of each. Default: all is of `label`. */
  readonly shares?: readonly ClassShare[];
}
