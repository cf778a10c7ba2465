/** Packets beside events: frames, samples of the inertial sensor, triggers. */
import { copyBytes } from '../bytes.ts';
import type { CameraFrame, ImuSample, SpecialEvent, Trigger } from '../side-channels.ts';
import { FlatBufferError, type FlatTable } from './flat-table.ts';

/** Channels and bytes per value by OpenCV's type number; whatever else there is has a meaning that is not known. */
const FRAME_FORMATS: Readonly<Record<number, readonly [channels: number, bytes: 1 | 2]>> = {
  0: [1, 1],
  2: [1, 2],
  8: [2, 1],
  16: [3, 1],
  24: [4, 1],
};

/** A frame (`FRME`). @throws {@link FlatBufferError} where it contradicts itself. */
export function frameOf(table: FlatTable, bytes: Uint8Array): CameraFrame {
  const format = table.int(5, 0, 1);
  const [channels, valueBytes] = FRAME_FORMATS[format] ?? [];
  if (channels === undefined) throw new FlatBufferError(`is a frame of an unknown format, ${format}`);
  const [width, height] = [table.int(6, 0, 2), table.int(7, 0, 2)];
  const count = width * height * channels;
  const vector = table.vector(10, 1) ?? { start: 0, length: 0 };
  if (width < 0 || height < 0 || vector.length < count * valueBytes!)
    throw new FlatBufferError(`is a frame of ${width}x${height} pixels in ${vector.length} bytes`);
  const raw = copyBytes(bytes, vector.start, vector.start + count * valueBytes!);
  const time = (field: number): number | null => {
    const value = table.long(field, 0);
    return value > 0 ? value : null;
  };
  return {
    tMicros: table.long(0, 0),
    startMicros: time(1),
    endMicros: time(2),
    exposureStartMicros: time(3),
    exposureEndMicros: time(4),
    x: table.int(8, 0, 2),
    y: table.int(9, 0, 2),
    size: { width, height },
    channels,
    pixels: valueBytes === 2 ? new Uint16Array(raw.buffer) : raw,
  };
}

/** A sample (`IMUS`). */
export function imuOf(table: FlatTable): ImuSample {
  const axes = (field: number): [number, number, number] => [
    table.float(field),
    table.float(field + 1),
    table.float(field + 2),
  ];
  return {
    tMicros: table.long(0, 0),
    temperatureCelsius: table.float(1),
    accelerationG: axes(2),
    angularVelocityDps: axes(5),
    magneticFieldMicrotesla: axes(8),
  };
}

/** Inputs by the type of a trigger; the generator counts as 1. */
const TRIGGERS: Readonly<Record<number, readonly [channel: number, edge: Trigger['edge']]>> = {
  1: [0, 'rising'],
  2: [0, 'falling'],
  3: [0, 'pulse'],
  4: [1, 'rising'],
  5: [1, 'falling'],
};

const SPECIAL_NAMES: Readonly<Record<number, string>> = {
  0: 'timestamp-reset',
  6: 'frame-start',
  7: 'frame-end',
  8: 'exposure-start',
  9: 'exposure-end',
};

/** An entry of a `TRIG` packet: a signal at an input, or a mark. */
export function triggerOf(
  table: FlatTable,
): { readonly trigger: Trigger } | { readonly special: SpecialEvent } {
  const tMicros = table.long(0, 0);
  const type = table.int(1, 0, 1);
  const trigger = TRIGGERS[type];
  if (trigger !== undefined) return { trigger: { tMicros, channel: trigger[0], edge: trigger[1] } };
  return { special: { tMicros, kind: SPECIAL_NAMES[type] ?? `type-${type}`, data: type } };
}
