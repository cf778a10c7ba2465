/** Checkpoints: all that training needs to go on, in one safetensors file. */
import type { OwnedBytes } from '../events/index.ts';
import {
  readSafetensors,
  writeSafetensors,
  type NamedTensor,
  type NetworkParameters,
} from '../network/index.ts';
import { TrainingError } from './errors.ts';
import type { AdamState } from './optimiser-state.ts';
import type { EpochProgress, EpochReport, TrainingPlan } from './plan.ts';

/**
 * The state of training between two batches. Order and shifts of samples are drawn anew from (seed, epoch, sample),
 * so no generator has a state to keep.
 */
export interface Checkpoint {
  readonly plan: TrainingPlan;
  /** The TensorFlow.js backend: others round differently. */
  readonly backend: string;
  readonly history: readonly EpochReport[];
  /** The epoch in hand, `null` between two epochs. */
  readonly progress: EpochProgress | null;
  readonly parameters: NetworkParameters;
  readonly optimiser: AdamState;
}

const FORMAT = 'saccade-checkpoint';
/** Counts changes of what a checkpoint holds. */
const VERSION = '2';
/** In front of the names of Adam's moments; no layer's id has a slash. */
const MOMENTS = 'adam/';

/** The bytes of a checkpoint. */
export function writeCheckpoint(checkpoint: Checkpoint): OwnedBytes {
  const { parameters, optimiser, ...rest } = checkpoint;
  const { moments, ...scalars } = optimiser;
  const tensors: Record<string, NamedTensor> = {};
  const add = (name: string, data: Float32Array): void => {
    tensors[name] = { dtype: 'F32', shape: [data.length], data };
  };
  for (const [id, own] of Object.entries(parameters)) {
    for (const [name, data] of Object.entries(own)) add(`${id}.${name}`, data);
  }
  moments.forEach((data, i) => {
    add(`${MOMENTS}${i}`, data);
  });
  const metadata = {
    format: FORMAT,
    version: VERSION,
    plan: JSON.stringify(rest.plan),
    backend: rest.backend,
    history: JSON.stringify(rest.history),
    progress: JSON.stringify(rest.progress),
    optimiser: JSON.stringify(scalars),
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
  if (metadata['format'] !== FORMAT) throw wrong('The file is not a checkpoint of saccade train.');
  if (metadata['version'] !== VERSION) {
    throw wrong('The checkpoint was made by another version of saccade. Begin anew with --restart.');
  }
  if (metadata['plan'] !== JSON.stringify(plan)) {
    throw wrong(
      'The checkpoint was made with other options. Give the same ones, another --out, or --restart.',
    );
  }
  const parameters: Record<string, Record<string, Float32Array>> = {};
  const moments: Float32Array[] = [];
  for (const [name, { data }] of Object.entries(tensors)) {
    if (name.startsWith(MOMENTS)) {
      moments[Number(name.slice(MOMENTS.length))] = data as Float32Array;
      continue;
    }
    const dot = name.indexOf('.');
    (parameters[name.slice(0, dot)] ??= {})[name.slice(dot + 1)] = data as Float32Array;
  }
  return {
    plan,
    backend: metadata['backend']!,
    history: parsed<readonly EpochReport[]>(metadata, 'history'),
    progress: parsed<EpochProgress | null>(metadata, 'progress'),
    parameters,
    optimiser: { ...parsed<Omit<AdamState, 'moments'>>(metadata, 'optimiser'), moments },
  };
}

function parsed<T>(metadata: Readonly<Record<string, string>>, name: string): T {
  try {
    return JSON.parse(metadata[name]!) as T;
  } catch (cause) {
    throw wrong(`The checkpoint's ${name} cannot be read. Begin anew with --restart.`, cause);
  }
}

function wrong(message: string, cause?: unknown): TrainingError {
  return new TrainingError('WRONG_CHECKPOINT', message, { cause });
}
