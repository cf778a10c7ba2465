/** The checkpoint beside a model file. */
import { readFile, rm } from 'node:fs/promises';
import { writeWhole } from '../../preprocess/index.ts';
import type { Checkpoint, PlanChange, TrainingPlan } from '../../training/index.ts';

/** Loaded when a command runs: not for the help. */
export type Training = typeof import('../../training/index.ts');

/** How far a checkpoint got. */
function placeOf({ plan, history, progress }: Checkpoint): string {
  if (progress === null) return `epoch ${history.length} of ${plan.epochs}`;
  return `batch ${progress.batches} of epoch ${history.length + 1} of ${plan.epochs}`;
}

/** See the file comment. */
export class CheckpointFile {
  readonly path: string;
  readonly #training: Training;
  #saved: Checkpoint | undefined;

  /** @param model path of the model file. */
  constructor(training: Training, model: string) {
    this.#training = training;
    this.path = `${model}.checkpoint`;
  }

  /** The state to go on from, if there is one. @throws TrainingError `WRONG_CHECKPOINT`. */
  async load(plan: TrainingPlan): Promise<Checkpoint | undefined> {
    try {
      this.#saved = this.#training.readCheckpoint(await readFile(this.path), plan);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return this.#saved;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await writeWhole(this.path, this.#training.writeCheckpoint(checkpoint));
    this.#saved = checkpoint;
  }

  /** What to say of the state to go on from. */
  static goingOn(checkpoint: Checkpoint, changes: readonly PlanChange[]): string[] {
    const text = ({ option, from, to }: PlanChange): string =>
      `note: ${option} is ${JSON.stringify(to)} from here on, and was ${JSON.stringify(from)}: no single command gives this model`;
    return [`Going on after ${placeOf(checkpoint)}.`, ...changes.slice(checkpoint.changes.length).map(text)];
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  /** What to say of a run that was stopped. */
  get interruptedText(): string {
    if (this.#saved === undefined) return 'Interrupted before the first batch: nothing is saved.';
    return `Interrupted after ${placeOf(this.#saved)}. ${this.path} holds it: run the same command to go on.`;
  }
}
