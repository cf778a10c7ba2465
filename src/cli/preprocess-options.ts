/** The options of `saccade preprocess`. */
import { Option, type Command } from 'commander';
import { FRAME_DTYPES, type FrameDtype } from '../../datasets/index.ts';
import type { SensorGeometry } from '../events/index.ts';
import {
  eventAugmentationSets,
  eventOperations,
  parseEventAugmentation,
  type AugmentationStep,
} from '../filters/index.ts';
import { DEFAULT_PACK_BYTES, outputForms } from '../preprocess/index.ts';
import { PLAN_RANGES } from '../training/ranges.ts';
import { addBinningOptions, type BinningFlags } from './binning-options.ts';
import { addLayoutOptions, windowCount, type LayoutFlags } from './dataset-options.ts';
import { declareEffects, optionsBut, optionsOf } from './option-effects.ts';
import { geometry, positiveNumber, rangedNumber, readBy, wholeNumber } from './options.ts';
import { addStreamOptions, type StreamFlags } from './stream-options.ts';
import { addSubmitterOptions, type SubmitterFlags } from './submitter-queue.ts';

/** What {@link addPreprocessOptions} parses. */
export interface PreprocessFlags extends BinningFlags, StreamFlags, LayoutFlags, SubmitterFlags {
  readonly out?: string;
  readonly check?: string;
  readonly sensor?: SensorGeometry;
  readonly resize?: SensorGeometry;
  readonly dtype?: FrameDtype;
  readonly windows: number | 'all';
  readonly events?: boolean;
  readonly form: string;
  readonly packBytes: number;
  readonly augment?: readonly AugmentationStep[];
  readonly copies?: number;
  readonly seed?: number;
  readonly verify?: boolean;
  readonly prune?: boolean;
  readonly workers?: number;
  readonly timeout: number;
  readonly queue?: string;
  readonly json?: boolean;
}

const BINNING = { rule: 'number' } as const;

/** Says where options have an effect, behind all of them. */
function declareAll(command: Command): Command {
  return declareEffects(
    command,
    {
      options: optionsBut(command, 'check', 'json'),
      without: [{ option: 'check' }],
      because: 'it makes nothing',
    },
    {
      options: [
        ...optionsOf((other) => addBinningOptions(other, BINNING)),
        'dtype',
        'windows',
        'representation',
      ],
      without: [{ option: 'events' }],
      because: 'whole recordings are written, as they are, and no frames',
    },
    { options: ['packBytes'], with: [{ option: 'form', values: ['webdataset'] }] },
    { options: ['copies', 'seed'], with: [{ option: 'augment' }] },
    { options: ['maxHeldEvents'], with: [{ option: 'filter' }, { option: 'augment' }] },
    {
      options: ['workers'],
      without: [{ option: 'queue' }],
      because: 'they are threads of this process; start `saccade worker --jobs` in their place',
    },
  );
}

/** Adds them all. */
export function addPreprocessOptions(command: Command): Command {
  command
    .option('--out <dir>', 'output folder')
    .option(
      '--check <dir>',
      'make nothing: compare a folder that was made, or all in an output folder, with its manifest, and name what is missing, changed or too much',
    );
  addBinningOptions(command, BINNING)
    .option(
      '--sensor <WxH>',
      "sensor that frames are made for; recordings of others are fitted to it (default: the data set's, or each recording's own)",
      geometry,
    )
    .option('--resize <WxH>', "size of the frames (default: the sensor's)", geometry)
    .addOption(
      new Option(
        '--dtype <type>',
        'element type; float64 is what SpikingJelly writes (default: uint16, of negative numbers int16, of fractions float32, of images uint8)',
      ).choices(FRAME_DTYPES),
    )
    .addOption(
      new Option(
        '--windows <which>',
        'windows written of each recording, from its start: first, all or a number (NAME_0.npz, NAME_1.npz, …)',
      )
        .argParser(windowCount)
        .default(1, 'first'),
    )
    .option('--events', 'write the events of each recording (t, x, y, p) in place of frames')
    .addOption(
      new Option(
        '--form <name>',
        `what is written: ${outputForms.map(({ name, summary }) => `${name} (${summary})`).join('; ')}`,
      )
        .choices(outputForms.map(({ name }) => name))
        .default(outputForms[0]!.name),
    )
    .option(
      '--augment <steps>',
      `write copies of the recordings for training with filters drawn for their events: sets (${Object.keys(eventAugmentationSets).join(', ')}) and steps, as event-drop,flip:0.5 or noise:5|drop-time:0.5, of which one is drawn (${eventOperations.map(({ id }) => id).join(', ')})`,
      readBy(parseEventAugmentation),
    )
    .option('--copies <n>', 'copies of each recording (NAME_aug0, NAME_aug1, …; default: 1)', wholeNumber(1))
    .option('--seed <n>', 'seed of --augment (default: 1)', rangedNumber(PLAN_RANGES.seed))
    .option('--pack-bytes <bytes>', 'largest tar shard (webdataset)', wholeNumber(1), DEFAULT_PACK_BYTES)
    .option('--verify', 'tell changed recordings by their content; default: by size and time')
    .option('--prune', 'remove outputs whose recordings are gone; default: report them')
    .option('--workers <n>', 'worker threads (default: one per core)', wholeNumber(1))
    .option('--timeout <s>', 'longest time for one recording', positiveNumber, 300)
    .option('--json', 'print one JSON object');
  addSubmitterOptions(command);
  addStreamOptions(addLayoutOptions(command));
  return declareAll(command);
}
