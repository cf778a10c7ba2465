/** `saccade preprocess`. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { openDataset, type DatasetDefinition, type FrameDtype } from '../../../datasets/index.ts';
import { OptionError, type SensorGeometry } from '../../events/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../frames/index.ts';
import { sortReading } from '../../pipeline/index.ts';
import { preprocess, type PreprocessParameters } from '../../preprocess/index.ts';
import { addBinningOptions, binningFromFlags, type BinningFlags } from '../binning-options.ts';
import { windowCount } from '../dataset-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { addDecodingOptions, decodingFromFlags, type FormatFlags } from '../format-options.ts';
import { interruptible } from '../interruptible.ts';
import { geometry, positiveNumber, wholeNumber } from '../options.ts';
import { preprocessText } from '../preprocess-text.ts';
import { startProgress } from '../progress.ts';
import { packageVersion } from '../version.ts';

interface PreprocessFlags extends BinningFlags, FormatFlags {
  readonly out: string;
  readonly dataset?: string;
  readonly sensor?: SensorGeometry;
  readonly geometry?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly dtype: FrameDtype;
  readonly windows: number | 'all';
  readonly verify?: boolean;
  readonly prune?: boolean;
  readonly workers?: number;
  readonly timeout: number;
  readonly json?: boolean;
}

function parametersOf(definition: DatasetDefinition, flags: PreprocessFlags): PreprocessParameters {
  const { sensor, geometry: alias } = flags;
  if (sensor && alias && (sensor.width !== alias.width || sensor.height !== alias.height))
    throw new OptionError('--geometry', 'says the same as --sensor; give one of them');
  const { geometry: _, ...own } = decodingFromFlags(flags);
  const { decoding, rule } = sortReading({ ...definition.decoding, ...own });
  const { countType: __, ...defaults } = FRAME_RULE_DEFAULTS;
  return {
    dataset: definition.id,
    decoding,
    rule: { ...defaults, convention: definition.convention, binning: binningFromFlags(flags), ...rule },
    reading: { strict: flags['strict'] === true },
    sensor: sensor ?? alias ?? definition.sensor,
    output: flags.resize ?? null,
    dtype: flags.dtype,
    windows: flags.windows,
  };
}

async function run(root: string, flags: PreprocessFlags): Promise<void> {
  const dataset = await openDataset(root, flags.dataset);
  const bar = startProgress(
    '{bar} {value}/{total} recordings {rate}/s ETA {eta_formatted}',
    dataset.samples.length,
    { rate: '-' },
  );
  const started = performance.now();
  try {
    const summary = await interruptible(
      'Interrupted: run the same command to go on.',
      (signal) =>
        preprocess({
          dataset,
          parameters: parametersOf(dataset.definition, flags),
          out: flags.out,
          version: packageVersion(),
          timeoutMs: 1000 * flags.timeout,
          verify: flags.verify ?? false,
          prune: flags.prune ?? false,
          signal,
          ...(flags.workers !== undefined && { workers: flags.workers }),
          onProgress: (done) => {
            bar.update(done, { rate: ((1000 * done) / (performance.now() - started)).toFixed(0) });
          },
        }),
      'Finishing the recordings in hand.',
    );
    bar.stop();
    process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : preprocessText(summary));
    if (!summary.complete) process.exitCode = EXIT_CODES.interrupted;
    else if (summary.failures.length > 0) process.exitCode = EXIT_CODES.partial;
  } finally {
    bar.stop();
    await dataset.close();
  }
}

/** Registers `saccade preprocess`. */
export function preprocessCommand(): Command {
  const command = new Command('preprocess')
    .summary('turn recordings into frames on disk')
    .description(
      "Writes the frames of every recording as .npz in SpikingJelly's directory layout, in parallel, each file whole or not at all. Run it again after an interruption or when recordings were added or changed: it redoes nothing else.",
    )
    .argument('<data>', 'a data set, or a folder or zip with one subfolder per class; zips are read in place')
    .requiredOption('--out <dir>', 'output folder');
  addBinningOptions(command, 'number')
    .option('--sensor <WxH>', 'sensor size, where neither data set nor recordings state it', geometry)
    .option('--resize <WxH>', 'size of the frames', geometry)
    .addOption(
      new Option('--dtype <type>', 'element type; float64 is what SpikingJelly writes')
        .choices(['uint8', 'uint16', 'float64'])
        .default('uint16'),
    )
    .option(
      '--windows <which>',
      'windows written of each recording, from its start: first, all or a number (NAME_0.npz, NAME_1.npz, …)',
      windowCount,
      1,
    )
    .option('--verify', 'tell changed recordings by their content; default: by size and time')
    .option('--prune', 'remove outputs whose recordings are gone; default: report them')
    .option('--dataset <id>', 'data set (default: told by the layout)')
    .option('--workers <n>', 'worker threads (default: one per core)', wholeNumber(1))
    .option('--timeout <s>', 'longest time for one recording', positiveNumber, 300)
    .option('--json', 'print one JSON object');
  return addDecodingOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  saccade preprocess data/cifar10-dvs --out cache --steps 10 --by number\n  saccade preprocess data/nmnist --out cache --by fixed-duration --step-us 30000 --dtype uint8',
    )
    .action(run);
}
