/** Events in HDF5 files. */
import type { EventFormat } from '../event-format.ts';
import { Hdf5Decoder, layoutOptionsOf, type Hdf5DecoderOptions } from './decoder.ts';
import { Hdf5Encoder, type Hdf5EncoderOptions } from './encoder.ts';
import { signatureAt } from './file/file-reader.ts';
import { readHdf5Table } from './read-table.ts';

/** The format's entry in the registry. */
export const hdf5Format: EventFormat<Hdf5DecoderOptions, Hdf5EncoderOptions> = {
  id: 'hdf5',
  name: 'HDF5',
  extensions: ['.h5', '.hdf5', '.hdf', '.mat'],
  sideChannels: ['trigger'],
  streaming: false,
  decoderOptions: {
    columns: true,
    timeUnit: true,
    hdf5Path: true,
    sample: true,
    firstPixel: true,
    maxChunkBytes: true,
    maxHdf5Bytes: true,
  },
  sniff: (head) => (signatureAt(head) < 0 ? null : { confidence: 'certain', variant: 'HDF5' }),
  encoderOptions: { layout: true },
  needsPatches: () => true,
  createDecoder: (options) => new Hdf5Decoder(options),
  readTable: (size, options) => readHdf5Table(size, options, layoutOptionsOf(options)),
  createEncoder: (options) => new Hdf5Encoder(options),
};

export { HDF5_LAYOUTS, Hdf5Encoder, type Hdf5EncoderOptions, type Hdf5LayoutName } from './encoder.ts';
export { Hdf5Decoder, type Hdf5DecoderOptions } from './decoder.ts';
