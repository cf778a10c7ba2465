/** What `saccade train` says of the model that it made. */
import process from 'node:process';
import type { LabelledClips } from '../../datasets/index.ts';
import { createEngine, evaluateClips, measureGap } from '../inference/index.ts';
import { ruleName, type Model } from '../network/index.ts';
import { classesNote } from './classes-note.ts';
import { confusionText } from './confusion-text.ts';
import { printableText } from './printable.ts';
import { evaluationText, gapText, windowsCaution } from './report-text.ts';

/** See {@link reportTraining}. */
export interface TrainingReportOptions {
  /** Path of the model file, for the text. */
  readonly file: string;
  readonly json: boolean;
}

/**
 * Test accuracy, once, with the gap of Eq. 9 beside it.
 *
 * @param test labels are those of the network; no clips where the split has nothing to test.
 */
export async function reportTraining(
  model: Model,
  { clips, recordings, leftOut }: LabelledClips,
  { file, json }: TrainingReportOptions,
): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const engine = await createEngine(model);
  const exact = clips.length > 0 ? await evaluateClips(engine, clips, 'exact') : null;
  const mixes = ruleName(model, 'exact') !== 'LIF';
  const eq9 = clips.length > 0 && mixes ? await evaluateClips(engine, clips, 'eq9') : null;
  engine.dispose();
  const gap = measureGap(model, clips);
  const untested = classesNote(clips, model.network.classes, 'was not tested');
  if (json) {
    print(JSON.stringify({ model: file, exact, eq9, gap, untestedClasses: untested.names, leftOut }));
    return;
  }
  const lines = [`wrote ${file}`];
  if (exact === null) lines.push('Nothing was tested: the split has no recordings for testing.');
  else {
    lines.push(evaluationText(exact), ...windowsCaution(clips.length, recordings.length), ...untested.lines);
    if (eq9) lines.push(evaluationText(eq9));
    lines.push(confusionText(exact), gapText(gap));
  }
  print(printableText(lines.join('\n')));
}
