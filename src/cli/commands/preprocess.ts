/** `saccade preprocess`. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { openDataset, type FrameDtype } from '../../../datasets/index.ts';
import type { SensorGeometry } from '../../events/index.ts';
import { preprocess, type PreprocessParameters, type PreprocessSummary } from '../../preprocess/index.ts';
import { addBinningOptions, binningFromFlags, type BinningFlags } from '../binning-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { geometry, positiveNumber, wholeNumber } from '../options.ts';
import { startProgress } from '../progress.ts';
import { packageVersion } from '../version.ts';

interface PreprocessFlags extends BinningFlags {
  readonly out: string;
  readonly dataset?: string;
  readonly sensor?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly dtype: FrameDtype;
  readonly workers?: number;
  readonly timeout: number;
  readonly json?: boolean;
}

async function run(root: string, flags: PreprocessFlags): Promise<void> {
  const dataset = await openDataset(root, flags.dataset);
  const { definition } = dataset;
  const sensor = flags.sensor ?? definition.sensor;
  const parameters: PreprocessParameters = {
    dataset: definition.id,
    convention: definition.convention,
    decoding: definition.decoding,
    binning: binningFromFlags(flags),
    sensor,
    output: flags.resize ?? null,
    dtype: flags.dtype,
  };
  const abort = new AbortController();
  const interrupt = (): void => {
    abort.abort();
  };
  process.once('SIGINT', interrupt);
  const bar = startProgress(
    '{bar} {value}/{total} recordings {rate}/s ETA {eta_formatted}',
    dataset.samples.length,
    { rate: '-' },
  );
  const started = performance.now();
  try {
    const summary = await preprocess({
      dataset,
      parameters,
      out: flags.out,
      version: packageVersion(),
      timeoutMs: 1000 * flags.timeout,
      signal: abort.signal,
      ...(flags.workers !== undefined && { workers: flags.workers }),
      onProgress: (done) => {
        bar.update(done, { rate: ((1000 * done) / (performance.now() - started)).toFixed(0) });
      },
    });
    bar.stop();
    process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : text(summary));
    if (!summary.complete) process.exitCode = EXIT_CODES.interrupted;
    else if (summary.failures.length > 0) process.exitCode = EXIT_CODES.partial;
  } finally {
    bar.stop();
    process.removeListener('SIGINT', interrupt);
    await dataset.close();
  }
}

function text({ folder, total, written, reused, failures, complete }: PreprocessSummary): string {
  const lines = [`${folder}: ${written} written, ${reused} reused, ${failures.length} failed, of ${total}`];
  for (const { id, error } of failures) lines.push(`  failed ${id}: ${error}`);
  if (!complete) lines.push('Interrupted: run the same command to go on.');
  return `${lines.join('\n')}\n`;
}

/** Registers `saccade preprocess`. */
export function preprocessCommand(): Command {
  const command = new Command('preprocess')
    .summary('turn recordings into frames on disk')
    .description(
      "Writes the frames of every recording as .npz in SpikingJelly's directory layout, in parallel, each file whole or not at all. Run it again after an interruption: it goes on and redoes nothing.",
    )
    .argument('<data>', 'a data set, or a folder or zip with one subfolder per class; zips are read in place')
    .requiredOption('--out <dir>', 'output folder');
  return addBinningOptions(command, 'number')
    .option('--sensor <WxH>', 'sensor size, where neither data set nor recordings state it', geometry)
    .option('--resize <WxH>', 'size of the frames', geometry)
    .addOption(
      new Option('--dtype <type>', 'element type; float64 is what SpikingJelly writes')
        .choices(['uint8', 'uint16', 'float64'])
        .default('uint16'),
    )
    .option('--dataset <id>', 'data set (default: told by the layout)')
    .option('--workers <n>', 'worker threads (default: one per core)', wholeNumber(1))
    .option('--timeout <s>', 'longest time for one recording', positiveNumber, 300)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade preprocess data/cifar10-dvs --out cache --steps 10 --by number\n  saccade preprocess data/nmnist --out cache --by fixed-duration --step-us 30000 --dtype uint8',
    )
    .action(run);
}
