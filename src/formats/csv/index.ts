/** Events as text: CSV and its kin. */
import type { EventFormat } from '../event-format.ts';
import { CsvDecoder, type CsvDecoderOptions } from './decoder.ts';
import { CsvEncoder, type CsvEncoderOptions } from './encoder.ts';
import { probeText } from './probe.ts';

/** The format's entry in the registry. Lines of numbers are certainly text; what their columns are is asked for. */
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
    return { confidence: 'certain', variant: 'CSV', ...(found.geometry && { geometry: found.geometry }) };
  },
  createDecoder: (options) => new CsvDecoder(options),
  createEncoder: (options) => new CsvEncoder(options),
};

export { CsvDecoder, type CsvDecoderOptions } from './decoder.ts';
export { CsvEncoder, type CsvEncoderOptions } from './encoder.ts';
export type { ColumnOrderOptions } from '../columns.ts';
export { TIME_UNITS, type ColumnTimeOptions, type TimeUnit } from '../time-unit.ts';
