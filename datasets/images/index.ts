/** Images of data sets: the list of codecs, and the one way from a sample to pixels. */
import type { SensorGeometry } from '../../src/events/index.ts';
import { joinBytes } from '../../src/formats/bytes.ts';
import { DatasetError } from '../errors.ts';
import type { RecordingEntry } from '../sources/source.ts';
import type { Image, ImageCodec } from './image-codec.ts';
import { jpeg } from './jpeg.ts';
import { rgbPlanes } from './rgb-planes.ts';

export { IMAGE_CHANNELS, type Image } from './image-codec.ts';

/** All codecs. */
const codecs: readonly ImageCodec[] = [rgbPlanes, jpeg];

/** How the images of a data set are read, as plain data. */
export interface ImageReading {
  /** Name of a codec. */
  readonly codec: 'rgb-planes' | 'jpeg';
  /** That all of them have. */
  readonly size: SensorGeometry;
}

/** A file of more bytes is none of the images that data sets here hold. */
const MOST_FILE_BYTES: number = 16 * 2 ** 20;

/**
 * Reads an image of a data set.
 *
 * @param reading what the data set states (`DatasetDefinition.images`).
 * @throws DatasetError `BAD_IMAGE` for bytes that are no such image or an image of another size; `NOT_INSTALLED` where
 * JPEG files are to be read without the package for that.
 *
 * @example
 * ```ts
 * import { readImage } from 'saccade/datasets';
 * const bytes = Uint8Array.of(255, 0, 128);
 * const entry = { id: 'a', bytes: 3, location: 'a', open: async function* () { yield bytes; } };
 * const { pixels, grey } = await readImage(entry, { codec: 'rgb-planes', size: { width: 1, height: 1 } });
 * console.log(pixels[2], grey); // 128 false
 * ```
 */
export async function readImage(
  { id, open }: Pick<RecordingEntry, 'id' | 'open'>,
  { codec, size }: ImageReading,
): Promise<Image> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of open()) {
    bytes += chunk.length;
    if (bytes > MOST_FILE_BYTES)
      throw new DatasetError(
        'BAD_IMAGE',
        id,
        `The file has more than ${MOST_FILE_BYTES} bytes: it is no image.`,
      );
    parts.push(chunk);
  }
  return codecs.find(({ name }) => name === codec)!.decode(joinBytes(parts), size, id);
}
