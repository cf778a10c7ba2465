/** `saccade bench`. */
import os from 'node:os';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { OptionError } from '../../events/index.ts';
import { createOracleEngine, sparseClip } from '../../inference/index.ts';
import { describeMachine, type Machine } from '../../latency/index.ts';
import { architectures } from '../../network/index.ts';
import { benchTable, type BenchRow } from '../bench/bench-text.ts';
import { engineContestant, OURS } from '../bench/engines.ts';
import { compareWith, disposeAll, interleave, type Contestant } from '../bench/interleave.ts';
import { exportedModelContestants, findOnnxRuntime, type OnnxRuntime } from '../bench/onnxruntime.ts';
import type { TrainingRace } from '../bench/training-race.ts';
import { calibratedTask, workloadOf, type Task } from '../bench/workload.ts';
import { loadModel } from '../load-model.ts';
import { readModelClips } from '../model-clips.ts';
import { declareEffects } from '../option-effects.ts';
import { wholeNumber } from '../options.ts';
import { startProgress } from '../progress.ts';
import { addStreamOptions, streamFromFlags, type StreamFlags } from '../stream-options.ts';

interface BenchFlags extends StreamFlags {
  readonly model?: string;
  readonly rates: readonly number[];
  readonly threads: number;
  readonly rounds: number;
  readonly training?: boolean;
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints. */
export interface BenchReport {
  readonly machine: Machine;
  readonly network: string;
  readonly clips: number;
  readonly onnxruntime: boolean;
  readonly rows: readonly BenchRow[];
}

/** Density of the random input of a model whose recordings are not given. */
const INPUT_DENSITY = 0.1;
const QUICK_ROUNDS = 2;

/** Something to run, made when its turn comes: calibration takes seconds and memory. */
type LazyTask = () => Task;

async function ownTask(file: string, recordings: readonly string[], flags: StreamFlags): Promise<LazyTask> {
  const model = await loadModel(file);
  const clips =
    recordings.length > 0
      ? await readModelClips(model, recordings, streamFromFlags(flags))
      : [sparseClip(model.network, INPUT_DENSITY, 1)];
  return () => ({ model, clips });
}

function calibratedTasks({ rates, quick }: BenchFlags): LazyTask[] {
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const [name, size] = quick
    ? ['compact', { steps: 4, height: 16, width: 16 }]
    : ['vggsnn', { steps: 10, height: 48, width: 48 }];
  const network = architectures
    .find((architecture) => architecture.name === name)!
    .describe({ ...size, classes, neuron: { kind: 'mfp', structure: 'diagonal' } });
  return rates.map((rate) => () => calibratedTask(network, rate));
}

async function measure(
  task: Task,
  { threads, rounds, quick }: BenchFlags,
  runtime: OnnxRuntime | null,
  onRound: (done: number) => void,
): Promise<BenchRow[]> {
  const oracle = createOracleEngine(task.model);
  const started = performance.now();
  const workload = await workloadOf(task, oracle);
  const oracleMillis = (performance.now() - started) / task.clips.length;
  const contestants: Contestant[] = [];
  try {
    const counts = [...new Set([1, threads])];
    for (const count of counts) contestants.push(await engineContestant(workload, count));
    if (runtime !== null)
      contestants.push(...(await exportedModelContestants('onnxruntime fp32', runtime, workload, counts)));
    const measured = await interleave(contestants, quick ? QUICK_ROUNDS : rounds, onRound);
    // The oracle ran once, to say what all others must give.
    const once = { n: 1, min: oracleMillis, p10: oracleMillis, median: oracleMillis, p90: oracleMillis };
    const rows = compareWith(OURS, [...measured, { name: 'oracle', threads: 1, ...once }]);
    return rows.map((row) => ({ ...row, firingRate: workload.firingRate }));
  } finally {
    await disposeAll(contestants);
    oracle.dispose();
  }
}

function text({ machine, network, clips, onnxruntime, rows }: BenchReport): string {
  return [
    `${network}, ${clips === 1 ? 'one clip' : `${clips} clips`}; ms per clip, contestants in turns, spikes and logits equal; ratio: their time to ours`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}`,
    benchTable(rows),
    ...(onnxruntime
      ? []
      : ['To compare with onnxruntime, install it where you run this: npm install onnxruntime-node']),
    '',
  ].join('\n');
}

/** Training steps in turns. */
async function benchTraining(flags: BenchFlags): Promise<void> {
  const training = await import('../../training/index.ts');
  const { raceText, raceTraining, startTensors, trainingTasks } = await import('../bench/training-race.ts');
  const quick = flags.quick === true;
  const rounds = quick ? QUICK_ROUNDS : flags.rounds;
  const options = { threads: flags.threads, rounds, quick, runtime: findOnnxRuntime() };
  const tensors = await startTensors(training);
  const tasks = trainingTasks(quick);
  const races: TrainingRace[] = [];
  const bar = startProgress('{what} {bar}', tasks.length * rounds, { what: 'preparing' });
  try {
    for (const [i, make] of tasks.entries()) {
      const onRound = (done: number): void => {
        bar.update(i * rounds + done, { what: 'measuring' });
      };
      races.push(await raceTraining(training, make(), { ...options, tensors }, onRound));
    }
  } finally {
    bar.stop();
  }
  const machine = describeMachine();
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ machine, races })}\n`);
    return;
  }
  const missing = [
    ...(tensors ? [] : ['@tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0']),
    ...(options.runtime === null ? ['onnxruntime-node'] : []),
  ];
  const lines = [
    "ms per training step, contestants in turns, losses compared first; ratio: their time to ours; F: onnxruntime's forward pass alone, of which an ideal dense framework's step needs at least three",
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}`,
    ...races.map(raceText),
    ...missing.map((names) => `To compare with it, install where you run this: npm install ${names}`),
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

/** @throws OptionError for options of reading where nothing is read. */
function requireRecordings(recordings: readonly string[], flags: StreamFlags): void {
  const told = JSON.stringify(streamFromFlags(flags));
  if (recordings.length === 0 && told !== JSON.stringify(streamFromFlags({})))
    throw new OptionError('files', 'must be given where options say how recordings are read');
}

async function bench(recordings: readonly string[], flags: BenchFlags): Promise<void> {
  requireRecordings(recordings, flags);
  if (flags.training === true) {
    if (recordings.length > 0)
      throw new OptionError('--training', 'takes networks of its own, and no recordings');
    await benchTraining(flags);
    return;
  }
  if (flags.model === undefined && recordings.length > 0)
    throw new OptionError('--model', 'must be given for recordings');
  const runtime = findOnnxRuntime();
  const tasks =
    flags.model === undefined ? calibratedTasks(flags) : [await ownTask(flags.model, recordings, flags)];
  const rows: BenchRow[] = [];
  const about = { network: '', clips: 0 };
  const bar = startProgress('{what} {bar}', tasks.length * flags.rounds, { what: 'preparing' });
  try {
    for (const [i, make] of tasks.entries()) {
      bar.update(i * flags.rounds, { what: 'preparing' });
      const task = make();
      about.network = task.model.network.name;
      about.clips = task.clips.length;
      const onRound = (done: number): void => {
        bar.update(i * flags.rounds + done, { what: 'measuring' });
      };
      rows.push(...(await measure(task, flags, runtime, onRound)));
    }
  } finally {
    bar.stop();
  }
  const report: BenchReport = {
    machine: describeMachine(),
    ...about,
    onnxruntime: runtime !== null,
    rows,
  };
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : text(report));
}

/** `5,10,20`: percents to shares. */
function percentList(list: string): number[] {
  return list.split(',').map((part) => {
    const percent = Number(part);
    if (part.trim() !== '' && percent >= 0 && percent <= 100) return percent / 100;
    throw new InvalidArgumentError('Expected percents from 0 to 100 with commas, for example 5,10,20.');
  });
}

/** Registers `saccade bench`. */
export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'Times the engine on one and on several threads against the oracle, and against onnxruntime where that is installed. All take turns in one process, and spikes and logits must be equal. Without --model it is VGGSNN (48x48, T = 10) with random weights and thresholds calibrated to firing rates.',
    )
    .argument('[files...]', 'recordings for --model; without them random events')
    .option('--model <file>', 'model file, at its own firing rate')
    .option('--rates <percents>', 'firing rates of VGGSNN', percentList, [0.05, 0.1, 0.2, 0.3])
    .option('--threads <n>', 'the larger number of threads', wholeNumber(1), os.availableParallelism())
    .option('--rounds <n>', 'rounds of all contestants', wholeNumber(1), 16)
    .option(
      '--training',
      'training steps of the engine, with both kinds of gradients, against TensorFlow.js and a forward pass of onnxruntime',
    )
    .option('--quick', 'a small network and two rounds: shows that everything works');
  declareEffects(
    command,
    {
      options: ['model'],
      without: [{ option: 'training' }],
      because: 'it takes networks of its own',
    },
    {
      options: ['rates'],
      without: [{ option: 'model' }, { option: 'training' }],
      because: 'rates are of networks with random weights',
    },
    { options: ['rounds'], without: [{ option: 'quick' }], because: `it takes ${QUICK_ROUNDS}` },
  );
  return addStreamOptions(command)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade bench --rates 10\n  saccade bench --training\n  saccade bench --model models/nmnist.safetensors examples/recordings/nmnist/Test/7/00001.bin\n  saccade bench --model mine.safetensors recording.npy --columns t,x,y,p --geometry 346x260',
    )
    .action(bench);
}
