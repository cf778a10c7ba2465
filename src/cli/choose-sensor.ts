/** The sensor size that a model is trained for. */
import { probeSensors, sensorsText, type OpenDataset } from '../../datasets/index.ts';
import { OptionError, sameSensor, sensorName, type SensorGeometry } from '../events/index.ts';
import type { CreateDecoderOptions } from '../formats/index.ts';

/** A size, and what there is to say of it. */
export interface ChosenSensor {
  readonly sensor: SensorGeometry;
  readonly notes: readonly string[];
}

/**
 * What `--sensor` says, else what the data set is known by, else what all recordings state, or `--geometry` where they
 * state none.
 *
 * @throws OptionError where nobody knows, and where recordings differ.
 */
export async function chooseSensor(
  { definition, samples }: OpenDataset,
  decoding: CreateDecoderOptions,
  asked: SensorGeometry | undefined,
): Promise<ChosenSensor> {
  if (definition.sensor !== null && asked === undefined) return { sensor: definition.sensor, notes: [] };
  const { stated, unstated } = await probeSensors(samples, decoding);
  if (asked !== undefined) {
    const others = stated.filter(({ geometry }) => !sameSensor(geometry, asked));
    if (others.length === 0) return { sensor: asked, notes: [] };
    return {
      sensor: asked,
      notes: [`--sensor is ${sensorName(asked)}, recordings state other sizes: ${sensorsText(others)}`],
    };
  }
  const [first] = stated;
  if (stated.length > 1) {
    throw new OptionError(
      '--sensor',
      `must be given: the recordings are of several sensors, ${sensorsText(stated)}; those of other sizes than --sensor are fitted to it`,
    );
  }
  if (first !== undefined && (unstated.length === 0 || decoding.geometry !== undefined)) {
    return {
      sensor: first.geometry,
      notes: [`the recordings state a sensor of ${sensorName(first.geometry)}`],
    };
  }
  if (decoding.geometry !== undefined) return { sensor: decoding.geometry, notes: [] };
  const names = unstated.slice(0, 3).join(', ');
  throw new OptionError(
    '--sensor',
    first === undefined
      ? 'must be given: the recordings do not state the size of their sensor'
      : `must be given: ${sensorsText(stated)} is stated, but ${unstated.length === 1 ? '1 recording states' : `${unstated.length} recordings state`} nothing (${names}${unstated.length > 3 ? ', …' : ''})`,
  );
}
