/** A training run: epochs, their checkpoints, validation, steps back, and the end. */
import type { LabelledClip } from '../frames/index.ts';
import { checkSamples } from './check-plan.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Epoch, type EpochContext } from './epoch.ts';
import { TrainingError } from './errors.ts';
import { NotFinite, notFiniteIn } from './finite.ts';
import type { EpochSettings, Learner, LearnerState } from './learner.ts';
import type { BestEpoch, EpochProgress, EpochReport, PlanChange, TrainingPlan } from './plan.ts';
import { edeSlope, scheduledRate } from './schedule.ts';
import type { RunEnd, TrainingHooks, TrainingResult } from './trainer.ts';
import { isBetter, validate } from './validate.ts';

/** After so many steps back a run ends. */
const MAX_ROLLBACKS = 5;
/** Of the time that steps took lately, so much must be left for another. */
const STEP_MARGIN = 1.5;
/** Neurons are looked at once in so many milliseconds, and at the end of an epoch. */
const FIRING_MILLIS = 2000;

/** See the file comment. */
export class TrainingRun {
  readonly #plan: TrainingPlan;
  readonly #samples: readonly LabelledClip[];
  readonly #hooks: TrainingHooks;
  readonly #learner: Learner;
  readonly #history: EpochReport[];
  readonly #changes: readonly PlanChange[];
  readonly #started: number;
  /** At the beginning of the epoch in hand, where all is known to be finite. */
  #start!: LearnerState;
  /** Of the epoch in hand, where each has its own. */
  #drawn: { readonly epoch: number; readonly samples: readonly LabelledClip[] } | null = null;
  #best: BestEpoch | null;
  #rollbacks: number;
  #marks = { checkpoint: performance.now(), firing: performance.now() };
  #step = { begun: 0, millis: 0 };

  constructor(
    plan: TrainingPlan,
    samples: readonly LabelledClip[],
    hooks: TrainingHooks,
    learner: Learner,
    changes: readonly PlanChange[],
  ) {
    const { checkpoint } = hooks;
    this.#plan = plan;
    this.#samples = samples;
    this.#hooks = hooks;
    this.#learner = learner;
    this.#changes = changes;
    this.#history = [...(checkpoint?.history ?? [])];
    this.#best = checkpoint?.best ?? null;
    this.#rollbacks = checkpoint?.rollbacks ?? 0;
    this.#started = performance.now() - 1000 * (checkpoint?.seconds ?? 0);
  }

  async run(): Promise<TrainingResult> {
    const { checkpoint } = this.#hooks;
    if (checkpoint !== undefined) await this.#learner.restore(checkpoint);
    this.#start = checkpoint?.epochStart ?? (await this.#learner.save());
    let progress = checkpoint?.progress ?? null;
    let end = this.#end();
    while (end === null) {
      const number = this.#history.length;
      const epoch = new Epoch(this.#plan, number, await this.#samplesOf(number), progress);
      progress = null;
      try {
        await epoch.run(this.#contextOf());
        if (epoch.progress.batches > 0) await this.#finish(epoch);
      } catch (error) {
        if (!(error instanceof NotFinite)) throw error;
        await this.#goBack(error);
      }
      end = this.#end();
    }
    return {
      parameters: this.#start.parameters,
      history: this.#history,
      best: this.#best,
      end,
      rollbacks: this.#rollbacks,
      changes: this.#changes,
    };
  }

  async #samplesOf(epoch: number): Promise<readonly LabelledClip[]> {
    const { epochSamples } = this.#hooks;
    if (epochSamples === undefined) return this.#samples;
    // An epoch that begins again has the same.
    if (this.#drawn?.epoch === epoch) return this.#drawn.samples;
    this.#drawn = null;
    const samples = await epochSamples(epoch);
    checkSamples(this.#plan, samples);
    this.#drawn = { epoch, samples };
    return samples;
  }

  /** Why the run is at its end; `null` where it goes on. */
  #end(): RunEnd | null {
    const { epochs, patience } = this.#plan;
    const done = this.#history.length;
    if (done >= epochs) return 'epochs';
    if (done > 0 && !this.#hasTime()) return 'time';
    const tired = patience !== undefined && this.#best !== null && done - 1 - this.#best.epoch >= patience;
    return tired ? 'patience' : null;
  }

  get #elapsed(): number {
    return performance.now() - this.#started;
  }

  #hasTime(): boolean {
    const { timeMillis = Infinity } = this.#hooks;
    return this.#elapsed + STEP_MARGIN * this.#step.millis < timeMillis;
  }

  #contextOf(): EpochContext {
    return {
      learner: this.#learner,
      signal: this.#hooks.signal,
      settings: (batch, batches) => this.#settings(batch, batches),
      // Without a single step there would be nothing to show for the time.
      hasTime: () => (this.#history.length === 0 && this.#step.millis === 0) || this.#hasTime(),
      isDue: (what) => this.#isDue(what),
      save: (progress) => this.#save(progress),
      onRounding: this.#hooks.onRounding,
      onStep: (epoch) => {
        this.#tell(epoch);
      },
    };
  }

  #isDue(what: 'checkpoint' | 'firing'): boolean {
    const every = what === 'firing' ? FIRING_MILLIS : (this.#hooks.checkpointEveryMillis ?? Infinity);
    const now = performance.now();
    if (now - this.#marks[what] < every) return false;
    this.#marks[what] = now;
    return true;
  }

  /** A warm-up moves with every step, what follows with every epoch; where time is short, both with the time. */
  #settings(batch: number, batches: number): EpochSettings {
    const { epochs, warmUpEpochs = 0 } = this.#plan;
    const { timeMillis } = this.#hooks;
    this.#step.begun = performance.now();
    const epoch = this.#history.length;
    const after = epoch + (batch + 1) / batches;
    let done = after < warmUpEpochs ? after : Math.max(epoch, warmUpEpochs);
    if (timeMillis !== undefined)
      done = Math.max(epoch + batch / batches, Math.min(1, this.#elapsed / timeMillis) * epochs);
    const rate = scheduledRate(this.#plan, done, epochs) * this.#rateFactor;
    const progress = timeMillis === undefined ? epoch : done;
    return { rate, ede: edeSlope(progress, epochs) };
  }

  get #rateFactor(): number {
    return 0.5 ** this.#rollbacks;
  }

  #tell(epoch: Epoch): void {
    this.#step.millis = Math.max(performance.now() - this.#step.begun, 0.9 * this.#step.millis);
    const { samples: samplesDone, seconds } = epoch.progress;
    const { loss, accuracy, layers, rate } = epoch.report;
    this.#hooks.onProgress?.({
      epoch: epoch.number,
      samplesDone,
      samples: epoch.size,
      loss,
      accuracy,
      rate,
      layers,
      elapsedSeconds: this.#elapsed / 1000,
      samplesPerSecond: samplesDone / seconds,
    });
  }

  async #finish(epoch: Epoch): Promise<void> {
    const state = await this.#learner.save();
    const problem = notFiniteIn(state);
    if (problem !== null) throw new NotFinite(epoch.progress.batches, problem);
    const { validation: clips = [] } = this.#hooks;
    const { parameters } = state;
    const validation = clips.length === 0 ? null : await validate(this.#plan.network, parameters, clips);
    this.#start = state;
    this.#history.push({ ...epoch.report, validation });
    if (validation !== null && isBetter(validation, this.#best))
      this.#best = { ...validation, epoch: epoch.number, parameters };
    await this.#save(null);
  }

  /** To the beginning of the epoch: always there, so that a run that was stopped goes back to the same state. */
  async #goBack(problem: NotFinite): Promise<void> {
    const epoch = this.#history.length;
    if (++this.#rollbacks > MAX_ROLLBACKS) {
      throw new TrainingError(
        'DIVERGED',
        `In epoch ${epoch + 1}, ${problem.message}, after ${MAX_ROLLBACKS} steps back with a rate that was halved each time. Lower the learning rate.`,
        { cause: problem },
      );
    }
    await this.#learner.restore(this.#start);
    this.#hooks.onRollback?.({
      epoch,
      batch: problem.batch,
      problem: problem.message,
      count: this.#rollbacks,
      rateFactor: this.#rateFactor,
    });
  }

  async #save(progress: EpochProgress | null): Promise<void> {
    if (this.#hooks.onCheckpoint === undefined) return;
    const within = progress !== null;
    const checkpoint: Checkpoint = {
      plan: this.#plan,
      backend: this.#learner.backend,
      history: [...this.#history],
      progress,
      ...(within ? await this.#learner.save() : this.#start),
      epochStart: within ? this.#start : null,
      best: this.#best,
      rollbacks: this.#rollbacks,
      changes: this.#changes,
      seconds: this.#elapsed / 1000,
    };
    await this.#hooks.onCheckpoint(checkpoint);
    this.#marks.checkpoint = performance.now();
  }
}
