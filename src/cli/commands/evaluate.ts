/** `saccade evaluate`. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { evaluateClips, measureGap } from '../../inference/index.ts';
import { ruleName } from '../../network/index.ts';
import { addBinningOptions, binningFromFlags, type BinningFlags } from '../binning-options.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { loadModel } from '../load-model.ts';
import { loadClips, prepareData } from '../prepare-data.ts';
import { startProgress } from '../progress.ts';
import { evaluationText, gapText } from '../report-text.ts';

interface EvaluateFlags extends Omit<BinningFlags, 'steps' | 'by'>, EngineFlags {
  readonly model: string;
  readonly by?: BinningFlags['by'];
  readonly part: 'test' | 'train';
  readonly dataset?: string;
  readonly split?: string;
  readonly json?: boolean;
}

async function evaluate(root: string, flags: EvaluateFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const { network, input } = model;
  const binning =
    flags.by === undefined
      ? input.binning
      : binningFromFlags({ ...flags, by: flags.by, steps: network.steps });
  const data = await prepareData({
    root,
    dataset: flags.dataset,
    split: flags.split,
    binning,
    sensor: input.sensor,
    resize: { width: network.input.width, height: network.input.height },
  });
  const clips = await loadClips('reading', data[flags.part], data.clipOptions);
  await data.dataset.close();
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
  const { name, sha256 } = data.split;
  if (flags.json) {
    process.stdout.write(
      `${JSON.stringify({ model: flags.model, split: name, splitSha256: sha256, part: flags.part, binning, exact, eq9, gap })}\n`,
    );
    return;
  }
  process.stdout.write(
    `${data.dataset.definition.title}, split ${name} (${sha256.slice(0, 12)}), ${flags.part} part, binned by ${binning.by}\n` +
      [evaluationText(exact), ...(eq9 ? [evaluationText(eq9)] : []), gapText(gap), ''].join('\n'),
  );
}

/** Registers `saccade evaluate`. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .summary('measure a model on a data set')
    .description(
      'Accuracy, confusion and firing rates of a model, exact (Eq. 7) and under the literal Eq. 9, with the gap between them.',
    )
    .argument('<data>', 'a data set, or a folder or zip with one subfolder per class')
    .requiredOption('--model <file>', 'model file')
    .addOption(new Option('--part <name>', 'part of the split').choices(['test', 'train']).default('test'));
  return addEngineOptions(addBinningOptions(command))
    .option('--dataset <id>', 'data set (default: told by the layout)')
    .option('--split <name>', "split (default: that of the files, else the data set's first)")
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade evaluate data/nmnist --model models/nmnist.safetensors\n  saccade evaluate data/nmnist --model models/nmnist.safetensors --by number --json',
    )
    .action(evaluate);
}
