/** What `saccade train` says of the model that it made. */
import process from 'node:process';
import type { LabelledClips } from '../../datasets/index.ts';
import { SeededRandom } from '../events/index.ts';
import type { LabelledClip } from '../frames/index.ts';
import { createEngine, evaluateClips, measureGap } from '../inference/index.ts';
import { ruleName, takesImages, type AnyModel } from '../network/index.ts';
import { classesNote } from './classes-note.ts';
import { confusionText } from './confusion-text.ts';
import { printableText } from './printable.ts';
import { evaluationText, gapText, windowsCaution } from './report-text.ts';

/** See {@link reportTraining}. */
export interface TrainingReportOptions {
  /** How long the training took. */
  readonly seconds: number;
  /** Path of the model file, for the text. */
  readonly file: string;
  readonly json: boolean;
  /** When all must be said, by `performance.now()`: of what does not fit, a sample is measured. Default: no end. */
  readonly deadline?: number;
}

/** Share of the training's time that measuring the gap may take: it runs in plain loops. */
const GAP_SHARE = 0.05;

/** Clips in an order that mixes the classes, as many as a time allows, at least one. */
function* clipsWithin(
  clips: LabelledClips['clips'],
  millis: number,
  onClip: () => void,
): Generator<LabelledClip> {
  const end = performance.now() + millis;
  for (const i of new SeededRandom(0).shuffle(clips.map((_, index) => index))) {
    onClip();
    yield clips[i]!;
    if (performance.now() > end) return;
  }
}

/**
 * Test accuracy, once, with the gap of Eq. 9 beside it.
 *
 * @param test labels are those of the network; no clips where the split has nothing to test.
 */
export async function reportTraining(
  model: AnyModel,
  { clips, recordings, leftOut }: LabelledClips,
  { file, json, seconds, deadline = Infinity }: TrainingReportOptions,
): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const engine = await createEngine(model);
  // Where time is short, what is not measured yet shares what is left.
  const within = (share: number): Iterable<LabelledClip> =>
    deadline === Infinity
      ? clips
      : clipsWithin(clips, share * (deadline - performance.now()), () => undefined);
  const exact = clips.length > 0 ? await evaluateClips(engine, within(0.45), 'exact') : null;
  const mixes = ruleName(model, 'exact') !== 'LIF';
  const eq9 = clips.length > 0 && mixes ? await evaluateClips(engine, within(0.7), 'eq9') : null;
  engine.dispose();
  let compared = 0;
  const gapMillis = Math.min(1000 * GAP_SHARE * seconds, 0.6 * (deadline - performance.now()));
  const sample = clipsWithin(clips, gapMillis, () => compared++);
  const gap = measureGap(model, sample);
  const noun = takesImages(model.input) ? 'image' : 'recording';
  const untested = classesNote(clips, model.network.classes, 'was not tested', noun);
  if (json) {
    print(
      JSON.stringify({
        model: file,
        exact,
        eq9,
        gap,
        gapClips: compared,
        testClips: clips.length,
        untestedClasses: untested.names,
        leftOut,
      }),
    );
    return;
  }
  const lines = [`wrote ${file}`];
  if (exact === null) lines.push(`Nothing was tested: the split has no ${noun}s for testing.`);
  else {
    if (exact.samples < clips.length)
      lines.push(
        `measured on ${exact.samples} of ${clips.length} test clips, for the time that was given; saccade evaluate takes all`,
      );
    lines.push(evaluationText(exact), ...windowsCaution(clips.length, recordings.length), ...untested.lines);
    if (eq9) lines.push(evaluationText(eq9));
    lines.push(confusionText(exact), gapText(gap));
    if (mixes && compared < clips.length) {
      lines.push(
        `  measured on ${compared} of ${clips.length} test clips, in 5 % of the training's time; saccade evaluate takes all`,
      );
    }
  }
  print(printableText(lines.join('\n')));
}
