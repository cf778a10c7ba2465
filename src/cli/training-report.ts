/** What `saccade train` says of the model that it made. */
import process from 'node:process';
import { matchLabels } from '../../datasets/index.ts';
import { createEngine, evaluateClips, measureGap } from '../inference/index.ts';
import { ruleName, type Model } from '../network/index.ts';
import { classesNote } from './classes-note.ts';
import { confusionText } from './confusion-text.ts';
import { clipNotes, loadClips } from './load-clips.ts';
import { partOfData, type PreparedData } from './prepare-data.ts';
import { evaluationText, gapText } from './report-text.ts';

/** See {@link reportTraining}. */
export interface TrainingReportOptions {
  /** Path of the model file, for the text. */
  readonly file: string;
  readonly skipBad: boolean;
  readonly json: boolean;
  /** Takes notes, for the standard error stream. */
  readonly log: (line: string) => void;
}

/** Test accuracy, once, with the gap of Eq. 9 beside it. The validation part is left for the choice between models. */
export async function reportTraining(
  data: PreparedData,
  model: Model,
  { file, skipBad, json, log }: TrainingReportOptions,
): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  if (!json) print(`wrote ${file}`);
  const { classes } = model.network;
  const { name, test } = data.split!;
  if (test.length === 0) {
    log(`note: nothing was tested: the split ${name} has no test recordings`);
    if (json) print(JSON.stringify({ model: file, exact: null, eq9: null, gap: [], untestedClasses: classes }));
    return;
  }
  const { samples, side } = partOfData(data, 'test');
  const known = matchLabels(data.dataset, samples, classes, 'the network', skipBad);
  const read = await loadClips('testing', { samples: known.samples, side }, data.clipOptions);
  for (const note of clipNotes(read, side)) log(`test: ${note}`);
  const engine = await createEngine(model);
  const tested = read.clips.length > 0;
  const exact = tested ? await evaluateClips(engine, read.clips, 'exact') : null;
  const mixes = ruleName(model, 'exact') !== 'LIF';
  const eq9 = tested && mixes ? await evaluateClips(engine, read.clips, 'eq9') : null;
  engine.dispose();
  const gap = measureGap(model, read.clips);
  const untested = classesNote(read.clips, classes, 'was not tested');
  if (json) {
    print(JSON.stringify({ model: file, exact, eq9, gap, untestedClasses: untested.names, leftOut: read.leftOut }));
    return;
  }
  if (exact === null) return;
  const lines = [evaluationText(exact), ...untested.lines, ...(eq9 ? [evaluationText(eq9)] : [])];
  print([...lines, confusionText(exact), gapText(gap)].join('\n'));
}
