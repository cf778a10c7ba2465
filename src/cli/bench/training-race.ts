/** `saccade bench --training`: training steps in turns. */
import { architectures } from '../../network/index.ts';
import { textTable } from '../text-table.ts';
import { millisText } from './bench-text.ts';
import {
  compareWith,
  disposeAll,
  interleave,
  type ComparedMeasurement,
  type Contestant,
} from './interleave.ts';
import type { OnnxRuntime } from './onnxruntime.ts';
import {
  FORWARD,
  forwardContestant,
  randomBatch,
  requireEqualSteps,
  STEP,
  stepContestant,
  stepLearners,
  type Training,
  type TrainingTask,
} from './training.ts';

/** A network's race. */
export interface TrainingRace {
  readonly network: string;
  readonly batch: number;
  /** Of the first step, the same on any number of threads. */
  readonly loss: number;
  /** Bytes that the engine's step takes on one thread. */
  readonly bytes: number;
  readonly rows: readonly ComparedMeasurement[];
}

/** What runs. */
export interface RaceOptions {
  readonly threads: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly runtime: OnnxRuntime | null;
}

/** Steps of TensorFlow.js take seconds. */
const TENSOR_EVERY = 4;

/** What is trained: the default network as N-MNIST's recipe has it, and VGGSNN; a small one to try the race out. */
export function trainingTasks(quick: boolean): (() => TrainingTask)[] {
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const taskOf = (name: string, steps: number, side: number, size: number): TrainingTask => {
    const network = architectures
      .find((architecture) => architecture.name === name)!
      .describe({ steps, height: side, width: side, classes, neuron: { kind: 'mfp', structure: 'full' } });
    return { network, batch: randomBatch(network, size) };
  };
  if (quick) return [() => taskOf('compact', 4, 12, 4)];
  return [() => taskOf('compact', 10, 17, 20), () => taskOf('vggsnn', 10, 48, 1)];
}

/** @returns whether TensorFlow.js is there and its WebAssembly backend started. */
export async function startTensors({ selectBackend, TrainingError }: Training): Promise<boolean> {
  try {
    await selectBackend({ prefer: 'wasm' });
    return true;
  } catch (error) {
    if (error instanceof TrainingError) return false;
    throw error;
  }
}

/** Runs a race; losses are compared first. @throws SaccadeError `ENGINES_DIFFER` */
export async function raceTraining(
  training: Training,
  task: TrainingTask,
  { threads, rounds, runtime, tensors }: RaceOptions & { readonly tensors: boolean },
  onRound: (done: number) => void,
): Promise<TrainingRace> {
  const counts = [...new Set([1, threads])];
  const learners = stepLearners(training, task, counts, tensors);
  const contestants: Contestant[] = learners.map(({ name, threads: own, learner }) => ({
    ...stepContestant(name, own, learner, training, task),
    ...(learner.backend !== 'engine' && { everyRounds: TENSOR_EVERY }),
  }));
  try {
    const loss = await requireEqualSteps(learners, training, task);
    if (runtime !== null)
      for (const count of counts) contestants.push(await forwardContestant(runtime, task, count));
    const measured = await interleave(contestants, rounds, onRound);
    const { network, batch } = task;
    return {
      network: network.name,
      batch: batch.size,
      loss,
      bytes: training.engineBytes(network, batch.size),
      rows: compareWith(STEP, measured),
    };
  } finally {
    await disposeAll(contestants);
  }
}

const COLUMNS = [
  { title: 'step', align: 'left' as const },
  'threads',
  'p10 ms',
  'median ms',
  'p10 ratio',
  'of F',
  'n',
];

/** A race as a table; F is onnxruntime's forward pass on as many threads. */
export function raceText({ network, batch, bytes, rows }: TrainingRace): string {
  const forward = (threads: number): number | undefined =>
    rows.find((row) => row.name === FORWARD && row.threads === threads)?.p10;
  const lines = rows.map((row) => {
    const f = row.name === FORWARD ? undefined : forward(row.threads);
    return [
      row.name,
      String(row.threads),
      millisText(row.p10),
      millisText(row.median),
      row.ratioP10 === null ? '' : `${row.ratioP10.toFixed(2)}x`,
      f === undefined ? '' : (row.p10 / f).toFixed(2),
      String(row.n),
    ];
  });
  const mib = Math.ceil(bytes / 2 ** 20);
  return `${network}, batch ${batch}, ${mib} MiB on one thread\n${textTable(COLUMNS, lines)}`;
}
