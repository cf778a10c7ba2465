/** `--filter` of servers: the model as if it had been trained behind these filters. */
import { readFile } from 'node:fs/promises';
import { OptionError } from '../../events/index.ts';
import { FilterError, filterText, sensorBehind, type FilterSpec } from '../../filters/index.ts';
import { writeModel, type Model } from '../../network/index.ts';
import type { FilterFlags } from '../filter-options.ts';
import { loadModel } from '../load-model.ts';

/** A model, and the bytes of its file. */
export interface LoadedModel {
  readonly model: Model;
  readonly modelFile: Uint8Array;
}

/**
 * Reads a model file, and puts filters of events into what it states. Cameras, dashboards, records and their replay then go
 * by one rule, and the file's digest says that it is another model.
 *
 * @throws OptionError for filters other than those that the model states, unless `none` lets go of these; ModelFileError
 */
export async function loadFilteredModel(path: string, flags: FilterFlags): Promise<LoadedModel> {
  const model = await loadModel(path);
  const { filter: filters, withoutStated = false } = flags;
  const stated = model.input.filters;
  if (filters === undefined || sameFilters(filters, stated))
    return { model, modelFile: new Uint8Array(await readFile(path)) };
  if (stated.length > 0 && !withoutStated)
    throw new OptionError(
      '--filter',
      `names other filters than the model was trained behind, ${stated.map(filterText).join(' and ')}: leave it out, or say --filter none in front to serve it without those`,
    );
  requireSensor(model, filters);
  const changed = { ...model, input: { ...model.input, filters } };
  return { model: changed, modelFile: writeModel(changed) };
}

function sameFilters(some: readonly FilterSpec[], others: readonly FilterSpec[]): boolean {
  return some.map(filterText).join('\n') === others.map(filterText).join('\n');
}

/** Whether the filters can work on the sensor that the model states, where it states one. */
function requireSensor({ input: { sensor } }: Model, filters: readonly FilterSpec[]): void {
  if (sensor === null) return;
  try {
    sensorBehind(filters, sensor);
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new OptionError('--filter', `does not go together with the model: ${cause.message}`, { cause });
  }
}
