/** What a training run shows while it runs: a line that is drawn anew, or one line an epoch where nobody looks. */
import process from 'node:process';
import type { EpochReport, LayerFiring, TrainingPlan, TrainingProgress } from '../../training/index.ts';
import { startProgress, type Progress } from '../progress.ts';

const FORMAT =
  'epoch {epoch} {bar} loss {loss} accuracy {accuracy} {rate} clips/s {layers} ETA {eta_formatted}';

/** See the file comment. */
export class LiveLine {
  readonly #plan: TrainingPlan;
  readonly #log: (line: string) => void;
  readonly #seconds: number | undefined;
  readonly #bar: Progress;

  /** @param timeMillis where the run ends by time. */
  constructor(
    plan: TrainingPlan,
    clips: number,
    timeMillis: number | undefined,
    log: (line: string) => void,
  ) {
    this.#plan = plan;
    this.#log = log;
    this.#seconds = timeMillis === undefined ? undefined : timeMillis / 1000;
    const nothing = { epoch: '1', loss: '-', accuracy: '-', rate: '-', layers: '' };
    this.#bar = startProgress(FORMAT, this.#seconds ?? clips * plan.epochs, nothing);
  }

  update(progress: TrainingProgress): void {
    const { epoch, samplesDone, samples, loss, accuracy, samplesPerSecond, layers, elapsedSeconds } =
      progress;
    const value = this.#seconds === undefined ? epoch * samples + samplesDone : elapsedSeconds;
    this.#bar.update(value, {
      epoch: `${epoch + 1}/${this.#plan.epochs}`,
      loss: loss.toFixed(3),
      accuracy: accuracy.toFixed(3),
      rate: samplesPerSecond.toFixed(0),
      layers: firingText(layers),
    });
  }

  /** After an epoch. */
  finished({ epoch, loss, accuracy, seconds, samples, validation, layers }: EpochReport): void {
    if (process.stderr.isTTY) return;
    const parts = [
      `epoch ${epoch + 1}/${this.#plan.epochs} loss ${loss.toFixed(4)} accuracy ${accuracy.toFixed(4)}`,
      ...(validation ? [`validation ${validation.accuracy.toFixed(4)}`] : []),
      `${seconds.toFixed(1)} s ${(samples / seconds).toFixed(0)} clips/s`,
      firingText(layers),
    ];
    this.#log(parts.join(' '));
  }

  stop(): void {
    this.#bar.stop();
  }
}

/** `firing 12.1/8.3 % dead 0/25 %`: the layers in their order. */
function firingText(layers: readonly LayerFiring[]): string {
  if (layers.length === 0) return '';
  const rates = layers.map(({ rate }) => (100 * rate).toFixed(1)).join('/');
  const dead = layers.map((layer) => (100 * layer.dead).toFixed(0)).join('/');
  return `firing ${rates} % dead ${dead} %`;
}
