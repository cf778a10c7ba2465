/** A queue of jobs in this process. */
import { randomUUID } from 'node:crypto';
import { ClusterError } from './errors.ts';
import { checkedName } from './job-names.ts';
import {
  MAX_DELIVERIES,
  RETRY_MS,
  type JobGroup,
  type JobHandler,
  type JobQueue,
  type JobWorker,
  type QueuedJob,
  type QueueOutcome,
  type QueueState,
  type WorkOptions,
} from './job-queue.ts';
import {
  isPatienceOver,
  isRefusedByAll,
  NO_REFUSALS,
  refusalPauseMs,
  refusedByAll,
  withRefusal,
  type Refusals,
} from './refusals.ts';

interface Entry {
  readonly group: string;
  readonly job: QueuedJob;
  /** Without those that were refused. */
  deliveries: number;
  refusals: Refusals;
  /** Not before this time. */
  due: number;
  inHand: boolean;
}

interface Group {
  readonly outcomes: Map<string, QueueOutcome>;
  readonly listeners: Set<(outcome: QueueOutcome) => void>;
}

/** See {@link MemoryJobQueue}. */
export interface MemoryJobQueueOptions {
  /** Most jobs that wait or are worked on. Default 1,000,000. */
  readonly maxJobs?: number;
  /** Most bytes of a job. Default 1 MiB. */
  readonly maxBodyBytes?: number;
}

/** See the file comment; the rules are those of {@link JobQueue}. It ends with the process. */
export class MemoryJobQueue implements JobQueue {
  readonly #maxJobs: number;
  readonly #maxBodyBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #groups = new Map<string, Group>();
  readonly #workers = new Set<MemoryJobWorker>();
  #closed = false;

  constructor({ maxJobs = 1_000_000, maxBodyBytes = 1 << 20 }: MemoryJobQueueOptions = {}) {
    this.#maxJobs = maxJobs;
    this.#maxBodyBytes = maxBodyBytes;
  }

  async openGroup(name: string, onOutcome: (outcome: QueueOutcome) => void): Promise<JobGroup> {
    this.#requireOpen();
    const group = this.#group(checkedName('group', name));
    for (const outcome of group.outcomes.values()) onOutcome(outcome);
    group.listeners.add(onOutcome);
    return Promise.resolve({
      submit: async (job) => this.#submit(name, job),
      forget: async (id) => {
        this.#forget(name, id);
        return Promise.resolve();
      },
      clear: async () => {
        group.outcomes.clear();
        for (const entry of [...this.#entries.values()])
          if (entry.group === name) this.#forget(name, entry.job.id);
        return Promise.resolve();
      },
      close: async () => {
        group.listeners.delete(onOutcome);
        return Promise.resolve();
      },
    });
  }

  async work(handler: JobHandler, options: WorkOptions = {}): Promise<JobWorker> {
    this.#requireOpen();
    const worker = new MemoryJobWorker(handler, options, {
      next: () => this.#next(),
      present: () => [...this.#workers].filter(({ isStopping }) => !isStopping).map(({ id }) => id),
      settle: (entry, outcome) => {
        this.#settle(entry, outcome);
      },
    });
    this.#workers.add(worker);
    void worker.ended.then(() => this.#workers.delete(worker));
    return Promise.resolve(worker);
  }

  async state(): Promise<QueueState> {
    const entries = [...this.#entries.values()];
    const inHand = entries.filter((entry) => entry.inHand).length;
    const idle = [...this.#workers].reduce((sum, worker) => sum + worker.idle, 0);
    return Promise.resolve({ waiting: entries.length - inHand, inHand, idle });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
  }

  #requireOpen(): void {
    if (this.#closed) throw new ClusterError('CLOSED', 'The queue is closed.');
  }

  #group(name: string): Group {
    const group = this.#groups.get(name) ?? { outcomes: new Map(), listeners: new Set() };
    this.#groups.set(name, group);
    return group;
  }

  #submit(group: string, job: QueuedJob): { duplicate: boolean } {
    this.#requireOpen();
    const key = `${group}.${checkedName('id', job.id)}`;
    if (job.body.length > this.#maxBodyBytes)
      throw new ClusterError(
        'TOO_LARGE',
        `Job ${job.id} is of ${job.body.length} bytes, more than ${this.#maxBodyBytes}.`,
      );
    if (this.#entries.has(key)) return { duplicate: true };
    if (this.#entries.size >= this.#maxJobs)
      throw new ClusterError('FULL', `The queue holds ${this.#maxJobs} jobs, its most.`);
    this.#entries.set(key, { group, job, deliveries: 0, refusals: NO_REFUSALS, due: 0, inHand: false });
    this.#wake();
    return { duplicate: false };
  }

  #forget(group: string, id: string): void {
    this.#entries.delete(`${group}.${id}`);
    this.#group(group).outcomes.delete(id);
  }

  #next(): { readonly entry: Entry } | { readonly waitMs: number } {
    const now = performance.now();
    let waitMs = Infinity;
    for (const entry of this.#entries.values()) {
      if (entry.inHand) continue;
      if (entry.due <= now) {
        entry.inHand = true;
        entry.deliveries++;
        return { entry };
      }
      waitMs = Math.min(waitMs, entry.due - now);
    }
    return { waitMs };
  }

  /** @param outcome a number puts the job off for so many milliseconds. */
  #settle(entry: Entry, outcome: QueueOutcome | number): void {
    entry.inHand = false;
    const key = `${entry.group}.${entry.job.id}`;
    if (typeof outcome === 'number') {
      entry.due = performance.now() + outcome;
    } else {
      // A job that was forgotten and submitted again is another one.
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      const { outcomes, listeners } = this.#group(entry.group);
      outcomes.set(entry.job.id, outcome);
      for (const listener of listeners) listener(outcome);
    }
    this.#wake();
  }

  #wake(): void {
    for (const worker of this.#workers) worker.wake();
  }
}

interface Source {
  /** Workers at the queue. */
  readonly present: () => string[];
  readonly next: () => { readonly entry: Entry } | { readonly waitMs: number };
  readonly settle: (entry: Entry, outcome: QueueOutcome | number) => void;
}

class MemoryJobWorker implements JobWorker {
  readonly id: string = randomUUID();
  readonly ended: Promise<void>;
  readonly #handler: JobHandler;
  readonly #options: WorkOptions;
  readonly #source: Source;
  readonly #sleepers = new Set<() => void>();
  #stopping = false;

  constructor(handler: JobHandler, options: WorkOptions, source: Source) {
    this.#handler = handler;
    this.#options = options;
    this.#source = source;
    const slots = Array.from({ length: options.slots ?? 1 }, () => this.#slot());
    this.ended = Promise.all(slots).then(() => undefined);
  }

  get idle(): number {
    return this.#sleepers.size;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  wake(): void {
    for (const sleeper of this.#sleepers) sleeper();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.ended;
  }

  async #slot(): Promise<void> {
    // Whoever made the worker goes on first.
    await Promise.resolve();
    while (!this.#stopping) {
      const found = this.#source.next();
      if ('entry' in found) await this.#run(found.entry);
      else await this.#sleep(found.waitMs);
    }
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer =
        ms === Infinity
          ? undefined
          : setTimeout(() => {
              wake();
            }, ms);
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
    });
  }

  async #run(entry: Entry): Promise<void> {
    const { group, job, deliveries: delivery } = entry;
    const { id, body, maxDeliveries = MAX_DELIVERIES } = job;
    const { retryMs = RETRY_MS, onProblem, isRefusal } = this.#options;
    try {
      const done = await this.#handler(
        { group, id, body, delivery, maxDeliveries },
        new AbortController().signal,
      );
      this.#source.settle(entry, { id, done });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onProblem?.(`job ${id}, delivery ${delivery}: ${reason}`);
      if (isRefusal?.(error) === true) this.#refuse(entry, maxDeliveries, reason);
      else this.#source.settle(entry, delivery < maxDeliveries ? retryMs : { id, dead: reason });
    }
  }

  #refuse(entry: Entry, maxDeliveries: number, reason: string): void {
    const before = entry.refusals;
    entry.refusals = withRefusal(before, this.id);
    entry.deliveries--;
    // It is at the queue as long as it answers.
    const present = [...new Set([this.id, ...this.#source.present()])];
    const isOver = isPatienceOver(entry.refusals, maxDeliveries) && isRefusedByAll(entry.refusals, present);
    const pauseMs = refusalPauseMs(before, this.id, this.#options.retryMs ?? RETRY_MS);
    this.#source.settle(
      entry,
      isOver ? { id: entry.job.id, dead: refusedByAll(present.length, reason) } : pauseMs,
    );
  }
}
