/** `saccade evaluate`. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { DatasetError, matchLabels, sampleNoun, type DatasetPart } from '../../../datasets/index.ts';
import { OptionError } from '../../events/index.ts';
import type { BinningSpec } from '../../frames/index.ts';
import { evaluateClips, measureGap } from '../../inference/index.ts';
import { ruleName, takesImages, type AnyModel } from '../../network/index.ts';
import { findCopies } from '../augmented-copies.ts';
import { addBinningOptions, binningOrModels, type BinningFlags } from '../binning-options.ts';
import { classesNote } from '../classes-note.ts';
import { confusionText } from '../confusion-text.ts';
import { addDatasetOptions, type DatasetFlags } from '../dataset-options.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { clipNotes, loadClips } from '../load-clips.ts';
import { loadAnyModel } from '../load-model.ts';
import { leftOutNotes, partOfData, prepareData, type PreparedData } from '../prepare-data.ts';
import { declareEffects } from '../option-effects.ts';
import { printableText } from '../printable.ts';
import { startProgress } from '../progress.ts';
import { evaluationText, gapText, windowsCaution } from '../report-text.ts';

interface EvaluateFlags extends Omit<BinningFlags, 'steps' | 'by'>, EngineFlags, DatasetFlags {
  readonly model: string;
  readonly by?: BinningFlags['by'];
  readonly part: DatasetPart | 'all';
  readonly json?: boolean;
}

async function evaluate(root: string, flags: EvaluateFlags, command: Command): Promise<void> {
  const model = await loadAnyModel(flags.model);
  const { network, input } = model;
  const { steps } = network;
  const own = takesImages(input) ? null : input;
  const binning = own === null ? null : binningOrModels(flags, { input: own, network });
  const { convention } = flags as { readonly convention?: unknown };
  if (own !== null && convention !== undefined && convention !== own.convention)
    throw new OptionError('--convention', `is part of the model, which was trained with ${own.convention}`);
  const resize = { width: network.input.width, height: network.input.height };
  const data = await prepareData({ root, flags, binning, resize, model, steps, command });
  try {
    await evaluateData(data, model, flags);
  } finally {
    await data.dataset.close();
  }
}

async function evaluateData(data: PreparedData, model: AnyModel, flags: EvaluateFlags): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`${printableText(line)}\n`);
  const { dataset, split } = data;
  const { classes } = model.network;
  const noun = sampleNoun(dataset.definition);
  for (const note of data.notes) log(`note: ${note}`);
  const { samples, side } = partOfData(data, flags.part);
  if (side) requireSameWindows(data, model, flags);
  if (split !== null && (flags.part === 'test' || flags.part === 'validation')) {
    const { notes } = await findCopies(dataset, { trained: split.train, held: samples });
    for (const note of notes) log(`note: ${note}`);
  }
  const known = matchLabels(dataset, samples, classes, 'the model', flags.skipBad);
  for (const note of leftOutNotes(known.leftOut, noun)) log(note);
  const read = await loadClips('reading', { samples: known.samples, side }, data.clipOptions);
  for (const note of clipNotes(read, side, noun)) log(note);
  const { clips } = read;
  if (clips.length === 0)
    throw new DatasetError(
      'EMPTY_PART',
      flags.part,
      'There is nothing to measure: see what was left out above.',
    );
  const engine = await openEngine(model, flags);
  const modes = ruleName(model, 'exact') === 'LIF' ? 1 : 2;
  const bar = startProgress('evaluating {bar} {value}/{total} {eta_formatted}', modes * clips.length);
  const exact = await evaluateClips(engine, clips, 'exact', (done) => {
    bar.update(done);
  });
  const eq9 =
    modes === 1
      ? null
      : await evaluateClips(engine, clips, 'eq9', (done) => {
          bar.update(clips.length + done);
        });
  bar.stop();
  engine.dispose();
  const gap = measureGap(model, clips);
  const untested = classesNote(clips, classes, 'was not tested', noun);
  const { input } = data;
  const how = takesImages(input) ? 'in direct encoding' : `binned by ${input.binning.by}`;
  const part = split === null ? 'all' : flags.part;
  if (flags.json) {
    const about = {
      model: flags.model,
      split: split?.name ?? null,
      splitSha256: split?.sha256 ?? null,
      part,
      ...(takesImages(input) ? { encoding: input.encoding } : { binning: input.binning }),
      recordings: read.recordings.length,
      leftOut: [...dataset.leftOut, ...known.leftOut, ...read.leftOut],
      untestedClasses: untested.names,
    };
    process.stdout.write(`${JSON.stringify({ ...about, exact, eq9, gap })}\n`);
    return;
  }
  const countsText = takesImages(input)
    ? `${clips.length} images`
    : `${read.recordings.length} recordings, ${clips.length} windows`;
  const which =
    split === null || part === 'all'
      ? `all ${noun}s`
      : `split ${split.name} (${split.sha256.slice(0, 12)}), ${part} part`;
  const lines = [
    `${dataset.definition.title}, ${which}, ${how}: ${countsText}`,
    evaluationText(exact),
    ...windowsCaution(clips.length, read.recordings.length),
    ...untested.lines,
    ...(eq9 ? [evaluationText(eq9)] : []),
    confusionText(exact),
    gapText(gap),
  ];
  process.stdout.write(`${printableText(lines.join('\n'))}\n`);
}

/** Where a recording is cut depends on its windows: others would take stretches that were trained on for a test. */
function requireSameWindows(
  { split, input, clipOptions }: PreparedData,
  model: AnyModel,
  flags: EvaluateFlags,
): void {
  // Of images there is no split by time.
  if (takesImages(input) || takesImages(model.input) || !('windows' in clipOptions)) return;
  if (split?.sha256 !== model.training['splitSha256']) return;
  const refuse = (option: string, was: string): never => {
    throw new OptionError(
      option,
      `must be as in training (${was}), because the split ${split!.name} cuts recordings by their windows; --part all measures everything`,
    );
  };
  const text = (binning: BinningSpec): string => JSON.stringify(binning);
  if (text(input.binning) !== text(model.input.binning)) refuse('--by', text(model.input.binning));
  const trained = model.training['windows'] ?? 'all';
  if (flags.windows !== undefined && clipOptions.windows !== trained)
    refuse('--windows', JSON.stringify(trained));
}

/** Registers `saccade evaluate`. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description(
      'Accuracy, confusion and firing rates of a model, exact (Eq. 7) and under the literal Eq. 9, with the gap between them. Classes are matched by their names. Balanced accuracy is shown where the largest class has at least 1.5 times the windows of the smallest.',
    )
    .argument('<data>', 'a data set, or a folder or zip with one subfolder per class')
    .requiredOption('--model <file>', 'model file')
    .addOption(
      new Option('--part <name>', 'part of the split')
        .choices(['test', 'validation', 'train', 'all'])
        .default('test'),
    );
  declareEffects(command, {
    options: ['split'],
    without: [{ option: 'part', values: ['all'] }],
    because: 'all parts are measured together',
  });
  return addEngineOptions(addDatasetOptions(addBinningOptions(command), 'as in training'))
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade evaluate data/nmnist --model models/nmnist.safetensors\n  saccade evaluate data/nmnist --model models/nmnist.safetensors --by number --json\n  saccade evaluate new-recordings --model mine.safetensors --part all',
    )
    .action(evaluate);
}
