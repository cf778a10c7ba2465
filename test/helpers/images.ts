/** Images that are drawn by formula, and the files that data sets keep images in. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SeededRandom, type SensorGeometry } from '../../src/events/index.ts';
import { joinBytes } from '../../src/formats/bytes.ts';

/** Planes red, green, blue: stripes whose direction and colour are the class's, at another place in every image, with noise. */
export function drawnPlanes(label: number, number: number, { width, height }: SensorGeometry): Uint8Array {
  const random = new SeededRandom(7, label, number);
  const [shift, pixels] = [random.integer(8), width * height];
  const planes = new Uint8Array(3 * pixels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = [x, y, x + y, x - y][label & 3]! + shift;
      const bright = ((along % 8) + 8) % 8 < 4;
      for (let channel = 0; channel < 3; channel++) {
        const own = channel === (label >> 2) % 3;
        planes[channel * pixels + y * width + x] = (bright ? (own ? 200 : 120) : 30) + random.integer(40);
      }
    }
  }
  return planes;
}

/** A record of CIFAR's binary versions. */
export function cifarRecord(labels: readonly number[], number: number): Uint8Array {
  return joinBytes([Uint8Array.from(labels), drawnPlanes(labels.at(-1)!, number, { width: 32, height: 32 })]);
}

/** How a JPEG is written. */
export interface JpegOptions {
  readonly quality?: number;
  readonly grey?: boolean;
  /** Pixels of a side that share a chroma value. */
  readonly chroma?: 1 | 2;
  readonly progressive?: boolean;
}

interface Encoder {
  init(module: WebAssembly.Module): Promise<void>;
  default(image: object, options: object): Promise<ArrayBuffer>;
}

let encoder: Promise<Encoder> | undefined;

async function loadEncoder(): Promise<Encoder> {
  const file = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  const library = (await import('@jsquash/jpeg/encode.js')) as unknown as Encoder;
  await library.init(await WebAssembly.compile(readFileSync(file)));
  return library;
}

/** A JPEG file of planes red, green, blue. */
export async function jpegOf(
  planes: Uint8Array,
  { width, height }: SensorGeometry,
  { quality = 90, grey = false, chroma = 2, progressive = false }: JpegOptions = {},
): Promise<Uint8Array> {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let channel = 0; channel < 3; channel++)
      data[4 * i + channel] = planes[channel * width * height + i]!;
  encoder ??= loadEncoder();
  const options = {
    ...{ quality, progressive, baseline: !progressive, auto_subsample: false, chroma_subsample: chroma },
    color_space: grey ? 1 : 3,
  };
  return new Uint8Array(await (await encoder).default({ data, width, height }, options));
}
