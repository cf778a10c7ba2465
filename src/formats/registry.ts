/** The one list of formats. */
import { aedat1Format } from './aedat1/index.ts';
import { aedat2Format } from './aedat2/index.ts';
import { aedat3Format } from './aedat3/index.ts';
import { aedat4Format } from './aedat4/index.ts';
import { atis40Format } from './atis40/index.ts';
import { csvFormat } from './csv/index.ts';
import { datFormat } from './dat/index.ts';
import { esFormat } from './es/index.ts';
import {
  formatNamed,
  type DecoderOptionsOf,
  type EncoderOptionsOf,
  type EventFormat,
} from './event-format.ts';
import { evt2Format } from './evt2/index.ts';
import { evt21Format } from './evt21/index.ts';
import { evt3Format } from './evt3/index.ts';
import { hdf5Format } from './hdf5/index.ts';
import { matFormat } from './mat/index.ts';
import { mcapFormat } from './mcap/index.ts';
import { npyFormat } from './npy/index.ts';
import { npzFormat } from './npz/index.ts';
import { rosbagFormat } from './rosbag/index.ts';
import { rosbag2Format } from './rosbag2/index.ts';

/** The formats that saccade brings, each with the options that it takes. */
export type BuiltInFormats = readonly [
  typeof aedat1Format,
  typeof aedat2Format,
  typeof aedat3Format,
  typeof aedat4Format,
  typeof atis40Format,
  typeof datFormat,
  typeof evt2Format,
  typeof evt21Format,
  typeof evt3Format,
  typeof esFormat,
  typeof csvFormat,
  typeof npyFormat,
  typeof npzFormat,
  typeof hdf5Format,
  typeof matFormat,
  typeof rosbagFormat,
  typeof rosbag2Format,
  typeof mcapFormat,
];

/** All formats that saccade reads and writes. */
export const eventFormats: BuiltInFormats = [
  aedat1Format,
  aedat2Format,
  aedat3Format,
  aedat4Format,
  atis40Format,
  datFormat,
  evt2Format,
  evt21Format,
  evt3Format,
  esFormat,
  csvFormat,
  npyFormat,
  npzFormat,
  hdf5Format,
  matFormat,
  rosbagFormat,
  rosbag2Format,
  mcapFormat,
];

/** The format with an identifier, `undefined` if there is none among these. */
export function findFormat(
  id: string,
  formats: readonly EventFormat[] = eventFormats,
): EventFormat | undefined {
  return formatNamed(id, formats);
}

/** What any of saccade's decoders may be told. */
export type FormatDecoderOptions = DecoderOptionsOf<BuiltInFormats>;

/** What any of saccade's encoders may be told. */
export type FormatEncoderOptions = EncoderOptionsOf<BuiltInFormats>;
