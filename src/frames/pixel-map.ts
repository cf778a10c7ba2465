/** Where each pixel of a sensor goes in a frame: size, cut and turn in two tables. */
import { OptionError, sameSensor, type Orientation, type SensorGeometry } from '../events/index.ts';

/**
 * How a recording's sensor is fitted to the one that frames are made for. `resize`: its whole picture is scaled to the
 * frame. `crop`: its middle is cut out, pixel for pixel; a smaller sensor comes into the middle. `refuse`: another size is
 * an error.
 */
export type SensorFit = 'resize' | 'crop' | 'refuse';

/** All rules. */
export const SENSOR_FITS: readonly SensorFit[] = ['resize', 'crop', 'refuse'];

/** See {@link pixelMap}. */
export interface PixelMapOptions {
  /** The recording's sensor. */
  readonly sensor: SensorGeometry;
  /** Size of the frame. */
  readonly output: SensorGeometry;
  /** The part of the sensor, already turned, that becomes the frame. Default: all of it. */
  readonly part?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Default: as it is. */
  readonly orientation?: Orientation;
}

/**
 * The place of (x, y) in a plane of the frame is `columns[x] + rows[y]`; negative: left out. `columns` has the sensor's
 * width, `rows` its height.
 */
export interface PixelMap {
  readonly sensor: SensorGeometry;
  readonly output: SensorGeometry;
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly flipPolarity: boolean;
  /** Whether every pixel stays where it is. */
  readonly identity: boolean;
}

/** Whether two maps put every event at the same place. */
export function sameMap(a: PixelMap, b: PixelMap): boolean {
  return (
    sameSensor(a.sensor, b.sensor) &&
    sameSensor(a.output, b.output) &&
    a.flipPolarity === b.flipPolarity &&
    a.columns.every((place, i) => place === b.columns[i]) &&
    a.rows.every((place, i) => place === b.rows[i])
  );
}

/** Makes every sum with it negative. */
export const OUTSIDE: number = -(2 ** 30);

/** The size of a sensor once its axes are turned. */
export function turnedSize({ width, height }: SensorGeometry, orientation?: Orientation): SensorGeometry {
  return orientation?.swapAxes ? { width: height, height: width } : { width, height };
}

/**
 * Makes the tables. Pixel u of the part goes to floor(u * size of the frame / size of the part).
 *
 * @throws {@link OptionError} for a frame that is larger than the part of the sensor that it shows.
 *
 * @example
 * ```ts
 * import { pixelMap } from 'saccade';
 * const { columns, rows } = pixelMap({ sensor: { width: 4, height: 2 }, output: { width: 2, height: 2 } });
 * console.log(Array.from(columns), Array.from(rows)); // [0, 0, 1, 1] [0, 2]
 * ```
 */
export function pixelMap({ sensor, output, part, orientation }: PixelMapOptions): PixelMap {
  const turned = turnedSize(sensor, orientation);
  const { x, y, width, height } = part ?? { x: 0, y: 0, ...turned };
  if (output.width > width || output.height > height) {
    throw new OptionError('output', `must not be larger than the sensor (${width}x${height})`);
  }
  const across = axis(turned.width, x, width, output.width, 1);
  const down = axis(turned.height, y, height, output.height, output.width);
  const [columns, rows] = orientation?.swapAxes ? [down, across] : [across, down];
  // The flips come first, so they turn the tables around, whichever axis they then are.
  if (orientation?.flipX) columns.reverse();
  if (orientation?.flipY) rows.reverse();
  const flipPolarity = orientation?.flipPolarity ?? false;
  const turns = orientation !== undefined && Object.values(orientation).some(Boolean);
  const identity =
    !turns && x === 0 && y === 0 && sameSensor(sensor, output) && sameSensor({ width, height }, output);
  return { sensor, output, columns, rows, flipPolarity, identity };
}

function axis(size: number, start: number, length: number, target: number, stride: number): Int32Array {
  const places = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const at = i - start;
    places[i] = at >= 0 && at < length ? Math.floor((at * target) / length) * stride : OUTSIDE;
  }
  return places;
}
