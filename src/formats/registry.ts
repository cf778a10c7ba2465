/** The one list of formats. */
import { aedat2Format } from './aedat2/index.ts';
import { atis40Format } from './atis40/index.ts';
import type { EventFormat } from './event-format.ts';

/** All formats that saccade reads and writes. */
export const eventFormats: readonly EventFormat[] = [aedat2Format, atis40Format];

/** The format with an identifier, `undefined` if there is none. */
export function findFormat(id: string): EventFormat | undefined {
  return eventFormats.find((format) => format.id === id);
}
