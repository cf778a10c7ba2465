/** The one list of formats. */
import { aedat2Format, type Aedat2DecoderOptions, type Aedat2EncoderOptions } from './aedat2/index.ts';
import { atis40Format, type Atis40DecoderOptions } from './atis40/index.ts';
import { csvFormat, type CsvDecoderOptions, type CsvEncoderOptions } from './csv/index.ts';
import { datFormat, type DatDecoderOptions, type DatEncoderOptions } from './dat/index.ts';
import { esFormat, type EsDecoderOptions, type EsEncoderOptions } from './es/index.ts';
import type { EventFormat } from './event-format.ts';

/** All formats that saccade reads and writes. */
export const eventFormats: readonly EventFormat[] = [
  aedat2Format,
  atis40Format,
  csvFormat,
  datFormat,
  esFormat,
];

/** The format with an identifier, `undefined` if there is none. */
export function findFormat(id: string): EventFormat | undefined {
  return eventFormats.find((format) => format.id === id);
}

/** What any of the decoders may be told. */
export type FormatDecoderOptions = Aedat2DecoderOptions &
  Atis40DecoderOptions &
  CsvDecoderOptions &
  DatDecoderOptions &
  EsDecoderOptions;

/** What any of the encoders may be told. */
export type FormatEncoderOptions = Aedat2EncoderOptions &
  CsvEncoderOptions &
  DatEncoderOptions &
  EsEncoderOptions;
