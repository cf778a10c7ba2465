/** Pixels as they are: a plane of red, one of green, one of blue, a byte a pixel, row by row. */
import { DatasetError } from '../errors.ts';
import { IMAGE_CHANNELS, type ImageCodec } from './image-codec.ts';

/** See the file comment. */
export const rgbPlanes: ImageCodec = {
  name: 'rgb-planes',
  decode: (bytes, size, id) => {
    const wanted = IMAGE_CHANNELS * size.width * size.height;
    if (bytes.length !== wanted)
      throw new DatasetError('BAD_IMAGE', id, `The image has ${bytes.length} bytes of ${wanted}.`);
    // Of its own: what is read of a file is part of a larger stretch.
    return Promise.resolve({ size, pixels: new Uint8Array(bytes), grey: false });
  },
};
