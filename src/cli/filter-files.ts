/** Filters whose options are read from files: masks are pictures, calibrations YAML. */
import { readFile } from 'node:fs/promises';
import { decode, type DecodedPng } from 'fast-png';
import { parse } from 'yaml';
import { OptionError } from '../events/index.ts';
import { FilterError, maskPixels, type FilterRequest } from '../filters/index.ts';

type Values = Readonly<Record<string, string | number>>;

/**
 * What a file states for a filter.
 *
 * @param options `file`, and `camera` for one of several cameras of a Kalibr file.
 * @throws OptionError for a file that cannot be read, FilterError for one that does not state what the filter needs.
 */
export async function filterFromFile(
  filter: string,
  file: string,
  options: Readonly<Record<string, string>>,
): Promise<FilterRequest> {
  const { file: _, camera, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw bad(filter, `option ${unknown} does not go together with file`);
  const bytes = await readFile(file).catch((cause: unknown) => {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OptionError('--filter', `names a file that cannot be read: ${file} (${reason})`, { cause });
  });
  if (filter === 'mask') return { filter, ...maskFrom(file, bytes) };
  if (filter === 'undistort') return { filter, ...calibrationFrom(file, bytes, camera) };
  throw bad(filter, 'it is not read from a file');
}

function bad(filter: string, problem: string, cause?: unknown): FilterError {
  return new FilterError('BAD_FILTER_OPTION', filter, `Filter ${filter}: ${problem}.`, { cause });
}

/** A picture: what is not black is kept. PNG, or netpbm's P1, P2, P4, P5. */
function maskFrom(file: string, bytes: Uint8Array): Values {
  const picture = bytes[0] === 0x50 ? netpbm(file, bytes) : png(file, bytes);
  return { width: picture.width, height: picture.height, pixels: maskPixels(picture.keeps) };
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly keeps: readonly boolean[];
}

function png(file: string, bytes: Uint8Array): Picture {
  let picture: DecodedPng;
  try {
    picture = decode(bytes, { checkCrc: true });
  } catch (cause) {
    throw bad('mask', `${file} is no picture that can be read (PNG, PBM or PGM): ${String(cause)}`, cause);
  }
  const { width, height, data, channels, depth, palette } = picture;
  const colours = palette ?? null;
  const rowSamples = width * channels;
  const rowBytes = Math.ceil((rowSamples * depth) / 8);
  const sample = (x: number, y: number, channel: number): number => {
    const at = x * channels + channel;
    if (depth >= 8) return data[y * rowSamples + at]!;
    return (
      (data[y * rowBytes + ((at * depth) >> 3)]! >> (8 - depth - ((at * depth) & 7))) & ((1 << depth) - 1)
    );
  };
  // The last of two or four channels says how opaque a pixel is.
  const seen = channels % 2 === 0 ? channels - 1 : channels;
  const light = (x: number, y: number): boolean => {
    if (colours !== null) return (colours[sample(x, y, 0)] ?? []).slice(0, 3).some((value) => value > 0);
    return Array.from({ length: seen }, (_, channel) => sample(x, y, channel)).some((value) => value > 0);
  };
  const keeps = Array.from({ length: width * height }, (_, i) => light(i % width, Math.floor(i / width)));
  return { width, height, keeps };
}

/** In P1 and P4 a set bit is black; in P2 and P5 0 is. */
function netpbm(file: string, bytes: Uint8Array): Picture {
  const kind = String.fromCharCode(bytes[1] ?? 0);
  const isBitmap = kind === '1' || kind === '4';
  const text = Buffer.from(bytes).toString('latin1');
  const space = '(?:\\s|#[^\\n]*\\n)+';
  const head = new RegExp(`^P[1245]${space}(\\d+)${space}(\\d+)${isBitmap ? '' : `${space}(\\d+)`}\\s`).exec(
    text,
  );
  if (head === null) throw bad('mask', `${file} is no picture of netpbm's kinds P1, P2, P4 or P5`);
  const [width, height, most] = head.slice(1).map(Number) as [number, number, number | undefined];
  const data = bytes.subarray(head[0].length);
  const size = width * height;
  const rowBytes = Math.ceil(width / 8);
  const sampleBytes = (most ?? 1) > 255 ? 2 : 1;
  const needed = { '1': 0, '2': 0, '4': rowBytes * height, '5': size * sampleBytes }[kind]!;
  if (data.length < needed) throw bad('mask', `${file} ends before its last pixel`);
  const keeps: boolean[] = [];
  if (kind === '4') {
    for (let i = 0; i < size; i++) {
      const x = i % width;
      keeps.push((data[Math.floor(i / width) * rowBytes + (x >> 3)]! & (0x80 >> (x & 7))) === 0);
    }
  } else if (kind === '5') {
    for (let i = 0; i < size; i++)
      keeps.push(data.subarray(i * sampleBytes, (i + 1) * sampleBytes).some(Boolean));
  } else {
    const rest = text.slice(head[0].length).replace(/#[^\n]*/g, ' ');
    const values = kind === '1' ? (rest.match(/[01]/g) ?? []) : (rest.match(/\d+/g) ?? []);
    if (values.length < size) throw bad('mask', `${file} ends before its last pixel`);
    for (let i = 0; i < size; i++) keeps.push(Number(values[i]) > 0 !== isBitmap);
  }
  return { width, height, keeps };
}

type Yaml = Readonly<Record<string, unknown>>;

/** OpenCV's and Kalibr's files. */
function calibrationFrom(file: string, bytes: Uint8Array, camera: string | undefined): Values {
  // OpenCV writes a directive that is none, and names its matrices with a tag of its own.
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^%YAML[^\n]*\n/, '')
    .replace(/!!opencv-matrix/g, '');
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw bad('undistort', `${file} is no YAML: ${String(cause)}`, cause);
  }
  if (!isYaml(document)) throw bad('undistort', `${file} holds no calibration`);
  const cameras = Object.keys(document).filter((name) => /^cam\d+$/.test(name));
  if (cameras.length > 0) return kalibr(file, document, cameras, camera);
  if (camera !== undefined) throw bad('undistort', `${file} is of one camera; leave out camera`);
  return openCv(file, document);
}

const isYaml = (value: unknown): value is Yaml => typeof value === 'object' && value !== null;

function numbersOf(file: string, what: string, value: unknown, least: number): number[] {
  if (Array.isArray(value) && value.length >= least && value.every((entry) => typeof entry === 'number'))
    return value;
  throw bad('undistort', `${file} states no ${what} of at least ${least} numbers`);
}

function kalibr(file: string, document: Yaml, cameras: readonly string[], asked: string | undefined): Values {
  if (asked === undefined && cameras.length > 1)
    throw bad('undistort', `${file} is of ${cameras.join(', ')}: say which, as in camera:${cameras[0]!}`);
  const name = asked ?? cameras[0]!;
  const entry = document[name];
  if (!isYaml(entry)) throw bad('undistort', `${file} has no ${name}, but ${cameras.join(', ')}`);
  const { camera_model: camera, distortion_model: model } = entry;
  if (camera !== 'pinhole')
    throw bad('undistort', `${name} is a ${String(camera)} camera; only pinhole is known`);
  if (model !== 'radtan' && model !== 'equidistant')
    throw bad('undistort', `${name} is distorted by ${String(model)}; radtan and equidistant are known`);
  const [fx, fy, cx, cy] = numbersOf(file, `${name}.intrinsics`, entry['intrinsics'], 4);
  const [width, height] = numbersOf(file, `${name}.resolution`, entry['resolution'], 2);
  const [a, b, c, d] = numbersOf(file, `${name}.distortion_coeffs`, entry['distortion_coeffs'], 4);
  const lens = model === 'radtan' ? { k1: a, k2: b, p1: c, p2: d } : { k1: a, k2: b, k3: c, k4: d };
  return { model, width, height, fx, fy, cx, cy, ...lens } as Values;
}

/** Files of OpenCV's calibration sample, of ROS's camera_info and of others that keep its names. */
function openCv(file: string, document: Yaml): Values {
  const named = (...names: readonly string[]): unknown =>
    names.map((name) => document[name]).find((value) => value !== undefined);
  const matrix = (value: unknown): unknown =>
    isYaml(value) && !Array.isArray(value) ? value['data'] : value;
  const flat = (value: unknown): unknown => (Array.isArray(value) ? value.flat() : value);
  const camera = flat(matrix(named('camera_matrix', 'Camera_Matrix', 'cameraMatrix', 'K')));
  const [fx, skew, cx, , fy, cy] = numbersOf(file, 'camera_matrix', camera, 9);
  const coefficients = flat(
    matrix(named('distortion_coefficients', 'Distortion_Coefficients', 'distCoeffs', 'dist_coeffs', 'D')),
  );
  const model = named('distortion_model', 'camera_model');
  const fisheye = model === 'equidistant' || model === 'fisheye' || Number(named('fisheye_model')) === 1;
  const [a, b, c, d, e = 0, ...rational] = numbersOf(file, 'distortion_coefficients', coefficients, 4);
  if (skew !== 0 || rational.some((value) => value !== 0))
    throw bad(
      'undistort',
      `${file} states skew, or a model of more than five coefficients; these are not known`,
    );
  if (!fisheye && model !== undefined && model !== 'plumb_bob' && model !== 'pinhole' && model !== 'radtan')
    throw bad(
      'undistort',
      `${file} is of the model ${JSON.stringify(model)}; plumb_bob and equidistant are known`,
    );
  const [width, height] = [
    named('image_width', 'image_Width', 'width'),
    named('image_height', 'image_Height', 'height'),
  ];
  if (typeof width !== 'number' || typeof height !== 'number')
    throw bad('undistort', `${file} does not state image_width and image_height`);
  const lens = fisheye ? { k1: a, k2: b, k3: c, k4: d } : { k1: a, k2: b, p1: c, p2: d, k3: e };
  return { model: fisheye ? 'equidistant' : 'radtan', width, height, fx, fy, cx, cy, ...lens } as Values;
}
