/**
 * JPEG, by the reference library compiled to WebAssembly: its pixels are those of libjpeg, by which papers' images were read.
 * (A decoder that repeats chroma in place of interpolating it differs by up to 120 of 255 where chroma is subsampled.) What
 * libjpeg only warns of, a file that ends early or data that cannot be, is an error here: the rest would be grey.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sameSensor, sensorName, type SensorGeometry } from '../../src/events/index.ts';
import { DatasetError } from '../errors.ts';
import { IMAGE_CHANNELS, type ImageCodec } from './image-codec.ts';
import { readJpegHeader } from './jpeg-header.ts';

const PACKAGE = '@jsquash/jpeg';
/** The version that package.json asks for. */
const VERSION = '1.6.0';

/** What is used of the package. */
interface JpegLibrary {
  init(module: WebAssembly.Module, overrides: { readonly printErr: (line: string) => void }): Promise<void>;
  default(bytes: ArrayBuffer): Promise<{ readonly data: Uint8ClampedArray }>;
}

/** The library in hand, and what it said of the image in hand. */
class JpegDecoder {
  readonly #library: JpegLibrary;
  readonly #module: WebAssembly.Module;
  #said: string[] = [];
  #isFresh = false;
  /** One image at a time: what is said is of it. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(library: JpegLibrary, module: WebAssembly.Module) {
    this.#library = library;
    this.#module = module;
  }

  /** @throws DatasetError `NOT_INSTALLED`, with the command that installs it. */
  static async load(): Promise<JpegDecoder> {
    const { resolve } = createRequire(import.meta.url);
    try {
      const file = resolve(`${PACKAGE}/codec/dec/mozjpeg_dec.wasm`);
      const library = (await import('@jsquash/jpeg/decode.js')) as unknown as JpegLibrary;
      return new JpegDecoder(library, await WebAssembly.compile(await readFile(file)));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
      throw new DatasetError(
        'NOT_INSTALLED',
        PACKAGE,
        `Reading JPEG files needs a package that is not installed. Run \`npm install ${PACKAGE}@${VERSION}\`.`,
        { cause },
      );
    }
  }

  /** Values red, green, blue, alpha. @throws DatasetError `BAD_IMAGE` */
  rgba(bytes: Uint8Array, id: string): Promise<Uint8ClampedArray> {
    const decoded = this.#turn.then(() => this.#decode(bytes, id));
    this.#turn = decoded.catch(() => undefined);
    return decoded;
  }

  async #decode(bytes: Uint8Array, id: string): Promise<Uint8ClampedArray> {
    this.#said = [];
    // An instance that failed keeps its memory and its stack.
    if (!this.#isFresh) {
      await this.#library.init(this.#module, { printErr: (line) => void this.#said.push(line) });
      this.#isFresh = true;
    }
    let failure: unknown;
    try {
      const { data } = await this.#library.default(new Uint8Array(bytes).buffer);
      if (this.#said.length === 0) return data;
    } catch (cause) {
      failure = cause;
    }
    this.#isFresh = false;
    const said = this.#said.length > 0 ? this.#said.join('; ') : String(failure);
    throw new DatasetError('BAD_IMAGE', id, `The JPEG data are damaged: ${said}.`, { cause: failure });
  }
}

let decoder: Promise<JpegDecoder> | undefined;

/** See the file comment. */
export const jpeg: ImageCodec = {
  name: 'jpeg',
  decode: async (bytes, size, id) => {
    const { width, height, components } = readJpegHeader(bytes, id);
    // In front of the data: a small file can state any size.
    requireSize({ width, height }, size, id);
    decoder ??= JpegDecoder.load();
    const rgba = await (await decoder).rgba(bytes, id);
    const plane = width * height;
    const pixels = new Uint8Array(IMAGE_CHANNELS * plane);
    for (let i = 0; i < plane; i++)
      for (let channel = 0; channel < IMAGE_CHANNELS; channel++)
        pixels[channel * plane + i] = rgba[4 * i + channel]!;
    return { size, pixels, grey: components === 1 };
  },
};

function requireSize(stated: SensorGeometry, wanted: SensorGeometry, id: string): void {
  if (sameSensor(stated, wanted)) return;
  throw new DatasetError(
    'BAD_IMAGE',
    id,
    `The image has ${sensorName(stated)} pixels, and those of this data set ${sensorName(wanted)}; images are not resized.`,
  );
}
