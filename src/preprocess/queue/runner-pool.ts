/** Runners that wait for the next jobs of the same kind. */
import type { JobSetting } from '../run-job.ts';
import type { JobRunner } from '../worker-runner.ts';

/** A runner and what it was made for. */
export interface PooledRunner {
  readonly runner: JobRunner;
  readonly setting: JobSetting;
}

/** Keeps at most so many, used or not: a thread takes longer to start than most jobs. */
export class RunnerPool {
  readonly #size: number;
  readonly #idle: { readonly key: string; readonly pooled: PooledRunner }[] = [];
  #inUse = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /**
   * Lends a runner while it is used.
   *
   * @param key equal for what can be used in turn.
   */
  async use<T>(
    key: string,
    create: () => PooledRunner,
    work: (pooled: PooledRunner) => Promise<T>,
  ): Promise<T> {
    const at = this.#idle.findIndex((idle) => idle.key === key);
    const found = at < 0 ? undefined : this.#idle.splice(at, 1)[0]!.pooled;
    this.#inUse++;
    try {
      // The one that waited longest goes.
      while (found === undefined && this.#inUse + this.#idle.length > this.#size && this.#idle.length > 0)
        await this.#idle.shift()!.pooled.runner.close();
      const pooled = found ?? create();
      try {
        return await work(pooled);
      } finally {
        this.#idle.push({ key, pooled });
      }
    } finally {
      this.#inUse--;
    }
  }

  /** Not while one is in use. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ pooled }) => pooled.runner.close()));
  }
}
