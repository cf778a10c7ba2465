/** The sensor sizes that recordings state, read from their beginnings. */
import { sensorName, type SensorGeometry } from '../src/events/index.ts';
import { createDecoder, type CreateDecoderOptions } from '../src/formats/index.ts';
import { listed } from './labelled-source.ts';
import { openInTurn, type RecordingEntry } from './sources/source.ts';

/** Recordings that state one size. */
export interface StatedSensor {
  readonly geometry: SensorGeometry;
  readonly ids: readonly string[];
}

/** What recordings say of their sensors. */
export interface SensorProbe {
  /** Most recordings first. More than one: frames of their own sizes cannot be stacked. */
  readonly stated: readonly StatedSensor[];
  /** Recordings that state none, and those that cannot be read. */
  readonly unstated: readonly string[];
}

/** So much of a recording is looked at, if no event came before. */
const PROBE_BYTES: number = 1 << 20;

/** A push of this size shows a header without decoding much. */
const PIECE_BYTES = 16_384;

/**
 * Reads the beginning of every recording.
 *
 * @param decoding a geometry in it is not listened to: this asks the recordings.
 *
 * @example
 * ```ts
 * import { probeSensors } from 'saccade/datasets';
 * const text = new TextEncoder().encode('t,x,y,p\n1,2,3,1\n');
 * const entry = { id: 'a.csv', bytes: text.length, location: 'a.csv', open: async function* () { yield text; } };
 * console.log((await probeSensors([entry])).unstated); // ['a.csv']
 * ```
 */
export async function probeSensors(
  entries: Iterable<RecordingEntry>,
  decoding: CreateDecoderOptions = {},
): Promise<SensorProbe> {
  const asks = Object.fromEntries(Object.entries(decoding).filter(([name]) => name !== 'geometry'));
  const found = new Map<string, { geometry: SensorGeometry; ids: string[] }>();
  const unstated: string[] = [];
  for (const entry of entries) {
    const geometry = await statedSensor(entry, asks);
    if (geometry === null) unstated.push(entry.id);
    else {
      const name = sensorName(geometry);
      const group = found.get(name) ?? { geometry, ids: [] };
      group.ids.push(entry.id);
      found.set(name, group);
    }
  }
  const stated = [...found.values()].sort((a, b) => b.ids.length - a.ids.length);
  return { stated, unstated };
}

/** `128x128 (2 recordings: a/0.aedat4, a/1.aedat4), 346x260 (…)`, for messages. */
export function sensorsText(stated: readonly StatedSensor[]): string {
  return stated
    .map(({ geometry, ids }) => {
      const recordings = ids.length === 1 ? '1 recording' : `${ids.length} recordings`;
      return `${sensorName(geometry)} (${recordings}: ${listed(ids)})`;
    })
    .join(', ');
}

/** What is wrong with a recording is said when it is read: here it states nothing. */
async function statedSensor(
  entry: RecordingEntry,
  decoding: CreateDecoderOptions,
): Promise<SensorGeometry | null> {
  const decoder = createDecoder({ fileName: entry.id, ...decoding });
  try {
    let bytes = 0;
    for await (const chunk of openInTurn(entry)) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const batches = decoder.push(chunk.subarray(at, at + PIECE_BYTES));
        bytes += PIECE_BYTES;
        if (decoder.geometry !== null || batches.length > 0 || bytes >= PROBE_BYTES) return decoder.geometry;
      }
    }
    decoder.finish();
  } catch {
    return decoder.geometry;
  }
  return decoder.geometry;
}
