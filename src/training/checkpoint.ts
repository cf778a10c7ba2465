/** Checkpoints: all that training needs to go on, in one safetensors file. */
import {
  readSafetensors,
  writeSafetensors,
  type NamedTensor,
  type NetworkParameters,
} from '../network/index.ts';
import { TrainingError } from './errors.ts';
import type { EpochReport, TrainingPlan } from './plan.ts';

/** The state of training after a whole epoch. */
export interface Checkpoint {
  readonly plan: TrainingPlan;
  readonly history: readonly EpochReport[];
  readonly parameters: NetworkParameters;
  /** Adam's step count and moments, in the optimiser's own order. */
  readonly optimiser: readonly Float32Array[];
}

/** The bytes of a checkpoint. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, NamedTensor> = {};
  const add = (name: string, data: Float32Array): void => {
    tensors[name] = { dtype: 'F32', shape: [data.length], data };
  };
  for (const [id, own] of Object.entries(checkpoint.parameters)) {
    for (const [name, data] of Object.entries(own)) add(`${id}.${name}`, data);
  }
  checkpoint.optimiser.forEach((data, i) => {
    add(`adam.${i}`, data);
  });
  const metadata = {
    format: 'saccade-checkpoint',
    plan: JSON.stringify(checkpoint.plan),
    history: JSON.stringify(checkpoint.history),
  };
  return writeSafetensors({ tensors, metadata });
}

/**
 * Reads a checkpoint back.
 *
 * @param plan what is to be trained now. A checkpoint of anything else is refused: going on with other
 * data, seeds or networks would give a model that no command reproduces.
 * @throws TrainingError `WRONG_CHECKPOINT`, ModelFileError for damaged files.
 */
export function readCheckpoint(file: Uint8Array, plan: TrainingPlan): Checkpoint {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata['format'] !== 'saccade-checkpoint') {
    throw new TrainingError('WRONG_CHECKPOINT', 'The file is not a checkpoint of saccade train.');
  }
  if (metadata['plan'] !== JSON.stringify(plan)) {
    throw new TrainingError(
      'WRONG_CHECKPOINT',
      'The checkpoint was made with other options. Give the same ones, another --out, or --restart.',
    );
  }
  const parameters: Record<string, Record<string, Float32Array>> = {};
  const optimiser: Float32Array[] = [];
  for (const [name, { data }] of Object.entries(tensors)) {
    const dot = name.indexOf('.');
    const [owner, own] = [name.slice(0, dot), name.slice(dot + 1)];
    if (owner === 'adam') optimiser[Number(own)] = data as Float32Array;
    else (parameters[owner] ??= {})[own] = data as Float32Array;
  }
  const history = JSON.parse(metadata['history'] ?? '[]') as EpochReport[];
  return { plan, history, parameters, optimiser };
}
