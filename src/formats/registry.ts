/** The one list of formats. */
import { aedat1Format, type Aedat1DecoderOptions } from './aedat1/index.ts';
import { aedat2Format, type Aedat2DecoderOptions, type Aedat2EncoderOptions } from './aedat2/index.ts';
import { aedat3Format, type Aedat3DecoderOptions, type Aedat3EncoderOptions } from './aedat3/index.ts';
import { aedat4Format, type Aedat4DecoderOptions, type Aedat4EncoderOptions } from './aedat4/index.ts';
import { atis40Format, type Atis40DecoderOptions } from './atis40/index.ts';
import { csvFormat, type CsvDecoderOptions, type CsvEncoderOptions } from './csv/index.ts';
import { datFormat, type DatDecoderOptions, type DatEncoderOptions } from './dat/index.ts';
import { esFormat, type EsDecoderOptions, type EsEncoderOptions } from './es/index.ts';
import type { EventFormat } from './event-format.ts';
import { evt2Format } from './evt2/index.ts';
import { evt21Format, type Evt21DecoderOptions } from './evt21/index.ts';
import { evt3Format } from './evt3/index.ts';
import { npyFormat, type NpyDecoderOptions } from './npy/index.ts';
import { npzFormat, type NpzDecoderOptions, type NpzEncoderOptions } from './npz/index.ts';

/** All formats that saccade reads and writes. */
export const eventFormats: readonly EventFormat[] = [
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
];

/** The format with an identifier, `undefined` if there is none. */
export function findFormat(id: string): EventFormat | undefined {
  return eventFormats.find((format) => format.id === id);
}

/** What any of the decoders may be told. */
export type FormatDecoderOptions = Aedat1DecoderOptions &
  Aedat2DecoderOptions &
  Aedat3DecoderOptions &
  Aedat4DecoderOptions &
  Atis40DecoderOptions &
  CsvDecoderOptions &
  DatDecoderOptions &
  EsDecoderOptions &
  Evt21DecoderOptions &
  NpyDecoderOptions &
  NpzDecoderOptions;

/** What any of the encoders may be told. */
export type FormatEncoderOptions = Aedat2EncoderOptions &
  Aedat3EncoderOptions &
  Aedat4EncoderOptions &
  CsvEncoderOptions &
  DatEncoderOptions &
  EsEncoderOptions &
  NpzEncoderOptions;
