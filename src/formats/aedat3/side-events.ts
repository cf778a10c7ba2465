/** Events of AEDAT 3 that are no pixel events. */
import type { SensorGeometry } from '../../events/index.ts';
import type { CameraFrame, ImuSample, SpecialEvent, Trigger } from '../side-channels.ts';

/** A special event with this type says that the camera's clock starts again. */
export const TIMESTAMP_RESET = 1;

/** Names of special events by type; those of inputs are triggers. */
const SPECIAL_NAMES: Readonly<Record<number, string>> = {
  0: 'timestamp-wrap',
  1: 'timestamp-reset',
  5: 'row-only',
  14: 'frame-start',
  15: 'frame-end',
  16: 'exposure-start',
  17: 'exposure-end',
};

/** Inputs 0, 1 and 2; the generator counts as 3. */
const TRIGGERS: Readonly<Record<number, readonly [channel: number, edge: Trigger['edge']]>> = {
  2: [0, 'rising'],
  3: [0, 'falling'],
  4: [0, 'pulse'],
  6: [1, 'rising'],
  7: [1, 'falling'],
  8: [1, 'pulse'],
  9: [2, 'rising'],
  10: [2, 'falling'],
  11: [2, 'pulse'],
  12: [3, 'rising'],
  13: [3, 'falling'],
};

/** Type of a special event. */
export function specialType(word: number): number {
  return (word >>> 1) & 0x7f;
}

/** A special event that tells of an input, `null` for others. */
export function triggerOf(type: number, tMicros: number): Trigger | null {
  const trigger = TRIGGERS[type];
  return trigger === undefined ? null : { tMicros, channel: trigger[0], edge: trigger[1] };
}

/** Any other special event. */
export function specialOf(type: number, word: number, tMicros: number): SpecialEvent {
  return { tMicros, kind: SPECIAL_NAMES[type] ?? `type-${type}`, data: word >>> 8 };
}

/** Types IMU6 and IMU9, which has a magnetometer too. */
export function imuOf(event: DataView, tMicros: number, hasMagnetometer: boolean): ImuSample {
  const axes = (at: number): [number, number, number] => [
    event.getFloat32(at, true),
    event.getFloat32(at + 4, true),
    event.getFloat32(at + 8, true),
  ];
  return {
    tMicros,
    accelerationG: axes(8),
    angularVelocityDps: axes(20),
    temperatureCelsius: event.getFloat32(32, true),
    magneticFieldMicrotesla: hasMagnetometer ? axes(36) : null,
  };
}

const FRAME_PIXELS_AT = 36;

/**
 * A frame, or what is wrong with it.
 *
 * @param overflowMicros what to add to its times.
 * @param bottomUp the sensor's size where rows count from below (version 3.0).
 */
export function frameOf(
  event: DataView,
  overflowMicros: number,
  bottomUp: SensorGeometry | null,
): CameraFrame | string {
  const channels = (event.getUint32(0, true) >>> 1) & 7;
  const [width, height] = [event.getInt32(20, true), event.getInt32(24, true)];
  const count = width * height * channels;
  if (channels !== 1 && channels !== 3 && channels !== 4) return `A frame of ${channels} channels.`;
  // Of a row without pixels there could be billions.
  const isFlat = (width === 0) !== (height === 0);
  if (width < 0 || height < 0 || isFlat || FRAME_PIXELS_AT + 2 * count > event.byteLength) {
    return `A frame of ${width}x${height} pixels does not fit into its ${event.byteLength} bytes.`;
  }
  const pixels = new Uint16Array(count);
  const rowValues = width * channels;
  for (let row = 0; row < height; row++) {
    const at = FRAME_PIXELS_AT + 2 * rowValues * (bottomUp === null ? row : height - 1 - row);
    for (let i = 0; i < rowValues; i++) pixels[row * rowValues + i] = event.getUint16(at + 2 * i, true);
  }
  if (channels > 1) swapRedAndBlue(pixels, channels);
  const time = (at: number): number => event.getInt32(at, true) + overflowMicros;
  const bottom = event.getInt32(32, true);
  return {
    tMicros: time(4),
    startMicros: time(4),
    endMicros: time(8),
    exposureStartMicros: time(12),
    exposureEndMicros: time(16),
    x: event.getInt32(28, true),
    y: bottomUp === null ? bottom : bottomUp.height - bottom - height,
    size: { width, height },
    channels,
    pixels,
  };
}

/** AEDAT 3 has RGB, saccade BGR. */
function swapRedAndBlue(pixels: Uint16Array, channels: number): void {
  for (let i = 0; i < pixels.length; i += channels) {
    const red = pixels[i]!;
    pixels[i] = pixels[i + 2]!;
    pixels[i + 2] = red;
  }
}
