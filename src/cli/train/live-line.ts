/** What a training run shows while it runs: a line that is drawn anew, or one line an epoch where nobody looks. */
import process from 'node:process';
import type { Checkpoint, TrainingPlan, TrainingProgress } from '../../training/index.ts';
import { startProgress, type Progress } from '../progress.ts';

const FORMAT =
  'epoch {epoch} {bar} {value}/{total} loss {loss} accuracy {accuracy} {rate} images/s ETA {eta_formatted}';

/** See the file comment. */
export class LiveLine {
  readonly #plan: TrainingPlan;
  readonly #log: (line: string) => void;
  readonly #bar: Progress;

  constructor(plan: TrainingPlan, clips: number, log: (line: string) => void) {
    this.#plan = plan;
    this.#log = log;
    const nothing = { epoch: '1', loss: '-', accuracy: '-', rate: '-' };
    this.#bar = startProgress(FORMAT, clips * plan.epochs, nothing);
  }

  update({ epoch, samplesDone, samples, loss, accuracy, samplesPerSecond }: TrainingProgress): void {
    this.#bar.update(epoch * samples + samplesDone, {
      epoch: `${epoch + 1}/${this.#plan.epochs}`,
      loss: loss.toFixed(3),
      accuracy: accuracy.toFixed(3),
      rate: samplesPerSecond.toFixed(0),
    });
  }

  /** After each checkpoint. */
  saved({ history, progress }: Checkpoint): void {
    if (progress !== null || process.stderr.isTTY) return;
    const { epoch, loss, accuracy, seconds } = history.at(-1)!;
    const numbers = `loss ${loss.toFixed(4)} accuracy ${accuracy.toFixed(4)} ${seconds.toFixed(1)} s`;
    this.#log(`epoch ${epoch + 1}/${this.#plan.epochs} ${numbers}`);
  }

  stop(): void {
    this.#bar.stop();
  }
}
