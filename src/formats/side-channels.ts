/**
 * What cameras record beside pixel events. Delivered only to who listens; nobody listening costs nothing.
 */
import type { SensorGeometry } from '../events/index.ts';

/** A signal at the camera's connector, or from its generator. */
export interface Trigger {
  readonly tMicros: number;
  /** Number of the input, 0 where the camera has one. */
  readonly channel: number;
  readonly edge: 'rising' | 'falling' | 'pulse';
}

/** A mark that the camera put into the stream: clock, frame and exposure marks, anything without a channel of its own. */
export interface SpecialEvent {
  readonly tMicros: number;
  /** Name as the format's specification has it, in kebab case: `timestamp-reset`, `exposure-start`, `sync`. */
  readonly kind: string;
  /** The raw data bits that came with it. */
  readonly data: number;
}

/** Three axes x, y, z. */
export type Axes = readonly [x: number, y: number, z: number];

/** A sample of the inertial sensor; what it did not measure is `null`. */
export interface ImuSample {
  readonly tMicros: number;
  /** In g (9.81 m/s²). */
  readonly accelerationG: Axes | null;
  /** In degrees per second. */
  readonly angularVelocityDps: Axes | null;
  readonly magneticFieldMicrotesla: Axes | null;
  readonly temperatureCelsius: number | null;
  /** Sensor words as recorded, where the format has them. */
  readonly raw?: Int16Array;
}

/** An intensity frame. */
export interface CameraFrame {
  /** Time of the frame: its start where the format tells. */
  readonly tMicros: number;
  readonly startMicros: number | null;
  readonly endMicros: number | null;
  readonly exposureStartMicros: number | null;
  readonly exposureEndMicros: number | null;
  /** Upper left corner on the sensor. */
  readonly x: number;
  readonly y: number;
  readonly size: SensorGeometry;
  /** 1 grey, 3 BGR, 4 BGRA; 2 grey and alpha. */
  readonly channels: number;
  /** Row-major, `[height, width, channels]`. */
  readonly pixels: Uint8Array | Uint16Array | Int16Array;
}

/** An event of a colour camera. */
export interface ColourEvent {
  readonly tMicros: number;
  readonly x: number;
  readonly y: number;
  readonly rgb: readonly [red: number, green: number, blue: number];
}

/** A threshold crossing of an ATIS exposure measurement. */
export interface ExposureEvent {
  readonly tMicros: number;
  readonly x: number;
  readonly y: number;
  /** The second crossing ends the measurement. */
  readonly second: boolean;
}

/** Bytes with a time and without a meaning of their own (Event Stream type `generic`). */
export interface PayloadEvent {
  readonly tMicros: number;
  readonly bytes: Uint8Array;
}

/** All side channels: what each delivers. */
export interface SideChannelItems {
  readonly trigger: Trigger;
  readonly special: SpecialEvent;
  readonly imu: ImuSample;
  readonly frame: CameraFrame;
  readonly colour: ColourEvent;
  readonly exposure: ExposureEvent;
  readonly payload: PayloadEvent;
}

/** Name of a side channel. */
export type SideChannelName = keyof SideChannelItems;

/** Names of all side channels. */
export const SIDE_CHANNELS: readonly SideChannelName[] = [
  'trigger',
  'special',
  'imu',
  'frame',
  'colour',
  'exposure',
  'payload',
];

/**
 * Who wants which side channel. Called during `push` and `finish`, in recorded order within a channel.
 *
 * @example
 * ```ts
 * import { Aedat2Decoder, type ImuSample } from 'saccade';
 * const samples: ImuSample[] = [];
 * const decoder = new Aedat2Decoder({ sideChannels: { imu: (sample) => samples.push(sample) } });
 * console.log(decoder.report.side.imu, samples.length); // 0 0
 * ```
 */
export type SideChannelListeners = {
  readonly [Name in SideChannelName]?: ((item: SideChannelItems[Name]) => void) | undefined;
};
