/** Events as text: CSV and its kin. */
import type { EventFormat } from '../event-format.ts';
import { CsvDecoder, type CsvDecoderOptions } from './decoder.ts';
import { CsvEncoder, type CsvEncoderOptions } from './encoder.ts';
import { probeText } from './preamble.ts';

/** The format's entry in the registry. Certain where a line names the columns, plausible for bare numbers. */
export const csvFormat: EventFormat<CsvDecoderOptions, CsvEncoderOptions> = {
  id: 'csv',
  name: 'CSV',
  // Not .txt, though some events have it: notes beside recordings have it too.
  extensions: ['.csv'],
  sideChannels: [],
  streaming: true,
  decoderOptions: { columns: true, timeUnit: true },
  encoderOptions: { columns: true, timeUnit: true },
  sniff: (head) => {
    const found = probeText(head);
    if (found === null) return null;
    return {
      confidence: found.kind === 'named' ? 'certain' : 'plausible',
      variant: 'CSV',
      ...(found.geometry && { geometry: found.geometry }),
    };
  },
  createDecoder: (options) => new CsvDecoder(options),
  createEncoder: (options) => new CsvEncoder(options),
};

export { CsvDecoder, type CsvDecoderOptions } from './decoder.ts';
export { CsvEncoder, type CsvEncoderOptions } from './encoder.ts';
export { TIME_UNITS, type ColumnTimeOptions, type TimeUnit } from '../columns.ts';
