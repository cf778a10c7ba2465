/** How the bytes of an image become pixels. A codec is a file here and a line in `index.ts`. */
import type { SensorGeometry } from '../../src/events/index.ts';

/** Channels of an image: red, green, blue. */
export const IMAGE_CHANNELS = 3;

/** An image. */
export interface Image {
  readonly size: SensorGeometry;
  /** Shape `[3, height, width]`: planes red, green, blue, row by row. */
  readonly pixels: Uint8Array;
  /** Whether its file holds one plane of greys: it stands in all three then. */
  readonly grey: boolean;
}

/** See the file comment. */
export interface ImageCodec {
  readonly name: string;
  /**
   * @param size that the image must have.
   * @param id names it in faults.
   * @throws DatasetError `BAD_IMAGE`, with the place; `NOT_INSTALLED`.
   */
  decode(bytes: Uint8Array, size: SensorGeometry, id: string): Promise<Image>;
}
