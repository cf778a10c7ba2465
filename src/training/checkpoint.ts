/** Checkpoints: all that training needs to go on, in one safetensors file. */
import type { OwnedBytes } from '../events/index.ts';
import {
  readSafetensors,
  writeSafetensors,
  type NamedTensor,
  type NetworkParameters,
} from '../network/index.ts';
import { TrainingError } from './errors.ts';
import type { LearnerState } from './learner.ts';
import type { OptimiserState } from './optimiser-spec.ts';
import type { BestEpoch, EpochProgress, EpochReport, PlanChange, TrainingPlan } from './plan.ts';

/**
 * The state of training between two batches. Order and shifts of samples are drawn anew from (seed, epoch, sample),
 * so no generator has a state to keep.
 */
export interface Checkpoint extends LearnerState {
  readonly plan: TrainingPlan;
  /** What computes: others round differently. */
  readonly backend: string;
  readonly history: readonly EpochReport[];
  /** The epoch in hand, `null` between two epochs. */
  readonly progress: EpochProgress | null;
  /** Where the epoch in hand began, to go back to; `null` between two epochs. */
  readonly epochStart: LearnerState | null;
  /** The best epoch so far on the validation clips. */
  readonly best: BestEpoch | null;
  /** How often the rate was halved. */
  readonly rollbacks: number;
  /** What the run was continued with. */
  readonly changes: readonly PlanChange[];
  /** How long the run took so far. */
  readonly seconds: number;
}

const FORMAT = 'saccade-checkpoint';
/** Counts changes of what a checkpoint holds. */
const VERSION = '3';
/** In front of the names of the optimiser's moments; no layer's id has a slash. */
const MOMENTS = 'moments/';

const EPOCH_START = 'start/';
const BEST = 'best/';
/** Options that a run may be continued with; all others make it another run. */
const CHANGEABLE: readonly string[] = ['epochs', 'learningRate', 'patience'] satisfies (keyof TrainingPlan)[];

type Tensors = Record<string, NamedTensor>;

/** The bytes of a checkpoint. */
export function writeCheckpoint(checkpoint: Checkpoint): OwnedBytes {
  const { parameters, optimiser, epochStart, best, plan, backend, ...rest } = checkpoint;
  const tensors: Tensors = {};
  addState(tensors, '', { parameters, optimiser });
  if (epochStart !== null) addState(tensors, EPOCH_START, epochStart);
  if (best !== null) addParameters(tensors, BEST, best.parameters);
  const scalars = ({ moments: _, ...own }: OptimiserState): unknown => own;
  const metadata = {
    format: FORMAT,
    version: VERSION,
    plan: JSON.stringify(plan),
    backend,
    state: JSON.stringify({
      ...rest,
      optimiser: scalars(optimiser),
      epochStart: epochStart && scalars(epochStart.optimiser),
      best: best && { ...best, parameters: undefined },
    }),
  };
  return writeSafetensors({ tensors, metadata });
}

function addParameters(tensors: Tensors, prefix: string, parameters: NetworkParameters): void {
  for (const [id, own] of Object.entries(parameters)) {
    for (const [name, data] of Object.entries(own)) add(tensors, `${prefix}${id}.${name}`, data);
  }
}

function addState(tensors: Tensors, prefix: string, { parameters, optimiser }: LearnerState): void {
  addParameters(tensors, prefix, parameters);
  optimiser.moments.forEach((data, i) => {
    add(tensors, `${prefix}${MOMENTS}${i}`, data);
  });
}

function add(tensors: Tensors, name: string, data: Float32Array): void {
  tensors[name] = { dtype: 'F32', shape: [data.length], data };
}

/**
 * Reads a checkpoint back.
 *
 * @param plan what is to be trained now. A checkpoint of anything else but other epochs, learning rate or patience is
 * refused: going on with other data, seeds or networks would give a model that no command reproduces. The checkpoint's own
 * plan stays in it; {@link continuedWith} says what differs.
 * @throws TrainingError `WRONG_CHECKPOINT`, which names what differs; ModelFileError for damaged files.
 */
export function readCheckpoint(file: Uint8Array, plan: TrainingPlan): Checkpoint {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata['format'] !== FORMAT) throw wrong('The file is not a checkpoint of saccade train.');
  if (metadata['version'] !== VERSION) {
    throw wrong('The checkpoint was made by another version of saccade. Begin anew with --restart.');
  }
  const made = parsed<TrainingPlan>(metadata, 'plan');
  const { optimiser, epochStart, best, ...rest } = parsed<StoredState>(metadata, 'state');
  const checkpoint: Checkpoint = {
    plan: made,
    backend: metadata['backend']!,
    ...rest,
    parameters: parametersOf(tensors, ''),
    optimiser: { ...optimiser, moments: momentsOf(tensors, '') },
    epochStart: epochStart && {
      parameters: parametersOf(tensors, EPOCH_START),
      optimiser: { ...epochStart, moments: momentsOf(tensors, EPOCH_START) },
    },
    best: best && { ...best, parameters: parametersOf(tensors, BEST) },
  };
  continuedWith(checkpoint, plan);
  return checkpoint;
}

type Scalars = Omit<OptimiserState, 'moments'>;

/** What is not in tensors. */
interface StoredState extends Pick<Checkpoint, 'history' | 'progress' | 'rollbacks' | 'changes' | 'seconds'> {
  readonly optimiser: Scalars;
  readonly epochStart: Scalars | null;
  readonly best: Omit<BestEpoch, 'parameters'> | null;
}

/** Tensors under a prefix; without one, those that have none. */
function named(tensors: Readonly<Tensors>, prefix: string): [name: string, data: Float32Array][] {
  return Object.entries(tensors).flatMap(([name, { data }]) => {
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : '/';
    return own.startsWith(MOMENTS) || !own.includes('/') ? [[own, data as Float32Array] as const] : [];
  }) as [string, Float32Array][];
}

function parametersOf(tensors: Readonly<Tensors>, prefix: string): NetworkParameters {
  const parameters: Record<string, Record<string, Float32Array>> = {};
  for (const [name, data] of named(tensors, prefix)) {
    const dot = name.indexOf('.');
    if (!name.startsWith(MOMENTS)) (parameters[name.slice(0, dot)] ??= {})[name.slice(dot + 1)] = data;
  }
  return parameters;
}

function momentsOf(tensors: Readonly<Tensors>, prefix: string): Float32Array[] {
  const moments: Float32Array[] = [];
  for (const [name, data] of named(tensors, prefix)) {
    if (name.startsWith(MOMENTS)) moments[Number(name.slice(MOMENTS.length))] = data;
  }
  return moments;
}

/**
 * All changes of options of a run that goes on from a checkpoint: those so far, and those of this plan.
 *
 * @throws TrainingError `WRONG_CHECKPOINT` for a change that makes it another run, or fewer epochs than are done.
 */
export function continuedWith(
  { plan: made, history, changes }: Checkpoint,
  plan: TrainingPlan,
): PlanChange[] {
  const [before, now] = [made, plan] as unknown as Readonly<Record<string, unknown>>[];
  const names = [...new Set([...Object.keys(made), ...Object.keys(plan)])];
  const differing = names.filter((name) => JSON.stringify(before![name]) !== JSON.stringify(now![name]));
  const others = differing.filter((name) => !CHANGEABLE.includes(name));
  if (others.length > 0) {
    const said = others.map((name) => difference(name, before![name], now![name])).join('; ');
    throw wrong(
      `The checkpoint was made with other options: ${said}. Give the same ones, another --out, or --restart.`,
    );
  }
  if (history.length > plan.epochs)
    throw wrong(`${history.length} epochs are done, more than ${plan.epochs}. Ask for more, or --restart.`);
  const epoch = history.length;
  return [
    ...changes,
    ...differing.map((option) => ({
      epoch,
      option,
      from: before![option] ?? null,
      to: now![option] ?? null,
    })),
  ];
}

/** Fields whose values say nothing to people. */
const OPAQUE: Readonly<Record<string, string>> = {
  data: 'the recordings or the way from them to frames',
  network: 'the network',
};

function difference(name: string, from: unknown, to: unknown): string {
  if (OPAQUE[name] !== undefined) return `${OPAQUE[name]} (${name})`;
  const text = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));
  return `${name} ${text(from)} there, ${text(to)} here`;
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
