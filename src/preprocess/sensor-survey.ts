/** What sensors recordings are of, told from their beginnings before anything is written. */
import type { OpenDataset, Sample } from '../../datasets/index.ts';
import type { SensorGeometry } from '../events/index.ts';
import { createDecoder, recycleBatch, type CreateDecoderOptions } from '../formats/index.ts';
import { PreprocessError } from './errors.ts';
import type { PreprocessParameters } from './plan.ts';

/** So much of a recording is read at most. */
const LOOKED_AT_BYTES = 1 << 20;
const PIECE_BYTES = 16 * 1024;
/** Recordings looked at at once. */
const AT_ONCE = 8;
/** Recordings that a message names. */
const NAMED = 3;

/** A recording that states another sensor than the one that was given; its own is taken. */
export interface Contradiction {
  readonly id: string;
  readonly stated: SensorGeometry;
}

/** What the recordings of a data set state. */
export interface SensorSurvey {
  /** Size of all frames, `null` where nothing tells it before decoding. */
  readonly frames: SensorGeometry | null;
  /** For each recording the size that its decoder is to be told, `null` for none: it states its own. */
  readonly given: readonly (SensorGeometry | null)[];
  readonly contradictions: readonly Contradiction[];
}

/**
 * Looks at every recording, unless the data set is one whose sensor is known.
 *
 * @throws PreprocessError `SEVERAL_SENSORS`, `NO_SENSOR`, `SMALLER_SENSOR`: no loader could stack these frames, or
 * every job would fail.
 */
export async function surveySensors(
  { definition, samples }: OpenDataset,
  { decoding, sensor, output }: PreprocessParameters,
): Promise<SensorSurvey> {
  const known = definition.sensor;
  const stated = known === null ? await eachStated(samples, decoding) : samples.map(() => known);
  const groups = new Map<string, { size: SensorGeometry; samples: Sample[] }>();
  const silent: Sample[] = [];
  samples.forEach((sample, i) => {
    const found = stated[i]!;
    if (found === 'unreadable') return;
    const size = found ?? sensor;
    if (size === null) silent.push(sample);
    else {
      const group = groups.get(text(size)) ?? { size, samples: [] };
      groups.set(text(size), group);
      group.samples.push(sample);
    }
  });
  if (silent.length > 0) {
    throw new PreprocessError(
      'NO_SENSOR',
      `${named(silent)}: the size of the sensor is not stated. Give it as --sensor WxH.`,
    );
  }
  if (output === null && groups.size > 1) {
    const list = [...groups].map(([size, group]) => `${size} (${named(group.samples)})`).join(', ');
    throw new PreprocessError(
      'SEVERAL_SENSORS',
      `The recordings are of several sensors: ${list}. Frames of several sizes cannot be stacked: scale all with --resize WxH.`,
    );
  }
  const smaller = [...groups.values()].find(
    ({ size }) => output !== null && (output.width > size.width || output.height > size.height),
  );
  if (smaller !== undefined) {
    throw new PreprocessError(
      'SMALLER_SENSOR',
      `${named(smaller.samples)}: the sensor of ${text(smaller.size)} has fewer pixels than frames of ${text(output!)}, and frames are not enlarged. Give a smaller --resize.`,
    );
  }
  const isStated = (found: Stated): found is SensorGeometry => found !== null && found !== 'unreadable';
  return {
    frames: output ?? [...groups.values()][0]?.size ?? null,
    given: stated.map((found) => (isStated(found) ? null : sensor)),
    contradictions: samples.flatMap(({ id }, i) => {
      const found = stated[i]!;
      const differs = sensor !== null && isStated(found) && text(found) !== text(sensor);
      return differs ? [{ id, stated: found }] : [];
    }),
  };
}

type Stated = SensorGeometry | null | 'unreadable';

async function eachStated(samples: readonly Sample[], decoding: CreateDecoderOptions): Promise<Stated[]> {
  const found: Stated[] = [];
  let next = 0;
  const look = async (): Promise<void> => {
    for (let i = next++; i < samples.length; i = next++) found[i] = await statedSensor(samples[i]!, decoding);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  return found;
}

/**
 * The sensor that a recording itself states, `null` if it does not. One that cannot be read is left to its job, which
 * says why.
 */
export async function statedSensor(
  { id, open }: Pick<Sample, 'id' | 'open'>,
  decoding: CreateDecoderOptions,
): Promise<Stated> {
  // The option would be taken for what the recording states.
  const { geometry, ...rest } = decoding;
  try {
    const decoder = createDecoder({ fileName: id, ...rest });
    for await (const chunk of open()) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        for (const batch of decoder.push(chunk.subarray(at, at + PIECE_BYTES))) recycleBatch(batch);
        const { events, bytes } = decoder.report;
        if (events > 0 || decoder.geometry !== null || bytes >= LOOKED_AT_BYTES) return decoder.geometry;
      }
    }
    for (const batch of decoder.finish()) recycleBatch(batch);
    return decoder.geometry;
  } catch {
    return 'unreadable';
  }
}

function text({ width, height }: SensorGeometry): string {
  return `${width}x${height}`;
}

/** `a/1.aedat4, a/2.aedat4, a/3.aedat4 and 5 more`. */
function named(samples: readonly Sample[]): string {
  const names = samples
    .slice(0, NAMED)
    .map(({ id }) => id)
    .join(', ');
  return samples.length > NAMED ? `${names} and ${samples.length - NAMED} more` : names;
}
