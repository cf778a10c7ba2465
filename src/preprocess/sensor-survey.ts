/** What sensors recordings are of, told from their beginnings before anything is written. */
import { probeSensors, sensorsText, type OpenDataset } from '../../datasets/index.ts';
import { RecordingError, sameSensor, type SensorGeometry } from '../events/index.ts';
import { representationSize } from '../frames/index.ts';
import { fitSensor, PipelineError, type FittedSensor } from '../pipeline/index.ts';
import { PreprocessError } from './errors.ts';
import { areOfImages, type AnyParameters } from './image-parameters.ts';
import type { PreprocessParameters } from './plan.ts';

/** Recordings of one sensor, and what becomes of their pictures. */
export interface SurveyedSensor {
  readonly sensor: SensorGeometry;
  readonly frames: SensorGeometry;
  readonly change: FittedSensor['change'];
  readonly recordings: number;
  /** One of them. */
  readonly example: string;
}

/** What the recordings of a data set state. */
export interface SensorSurvey {
  /** Size of all frames, `null` where nothing tells it before decoding. */
  readonly frames: SensorGeometry | null;
  /** For each recording the size that its decoder is to be told, `null` for none: it states its own. */
  readonly geometries: readonly (SensorGeometry | null)[];
  /** Most recordings first. */
  readonly sensors: readonly SurveyedSensor[];
}

/**
 * Looks at every recording, unless the data set is one whose sensor is known.
 *
 * @throws PreprocessError `SEVERAL_SENSORS`: no loader could stack these frames; RecordingError with the code of the
 * PipelineError that every recording of some sensor would meet.
 */
export async function surveySensors(
  { definition, samples }: OpenDataset,
  parameters: AnyParameters,
): Promise<SensorSurvey> {
  if (areOfImages(parameters)) {
    const { size } = parameters.images;
    return { frames: size, geometries: samples.map(() => null), sensors: [] };
  }
  const { decoding, output, geometry: given } = parameters;
  const known = definition.sensor;
  const { stated, unstated } =
    known === null
      ? await probeSensors(samples, decoding)
      : { stated: [{ geometry: known, ids: samples.map(({ id }) => id) }], unstated: [] };
  // Files that cannot be read state nothing either: beside good ones, and where nobody knows, they are left to their jobs.
  const assumed =
    unstated.length > 0 && (given !== null || parameters.rule.sensor !== null || stated.length === 0);
  const groups = [...stated, ...(assumed ? [{ geometry: given, ids: unstated }] : [])];
  const sensors = groups.map(({ geometry, ids }): SurveyedSensor => {
    const { sensor, output: frames, change } = fitted(geometry, ids, parameters);
    return { sensor, frames, change, recordings: ids.length, example: ids[0]! };
  });
  const [first, ...others] = sensors;
  if (others.some(({ frames }) => !sameSensor(frames, first!.frames))) {
    throw new PreprocessError(
      'SEVERAL_SENSORS',
      `The recordings are of several sensors: ${sensorsText(sensors.map(({ sensor }, i) => ({ geometry: sensor, ids: groups[i]!.ids })))}. Frames of several sizes cannot be stacked: scale all with --resize WxH.`,
    );
  }
  const silent = new Set(unstated);
  return {
    frames: first?.frames ?? (output && representationSize(parameters.rule.representation, output)),
    geometries: samples.map(({ id }) => (known === null && !silent.has(id) ? null : given)),
    sensors,
  };
}

function fitted(
  stated: SensorGeometry | null,
  ids: readonly string[],
  { rule, output }: PreprocessParameters,
): FittedSensor {
  try {
    const fit = fitSensor({ ...rule, countType: 'uint32' }, stated, output ?? undefined);
    return { ...fit, output: representationSize(rule.representation, fit.output) };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const more = ids.length > 1 ? ` and ${ids.length - 1} more` : '';
    throw new RecordingError(`${ids[0]}${more}`, error);
  }
}
