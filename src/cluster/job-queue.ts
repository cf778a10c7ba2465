/** The port of queues of jobs. Two implementations pass one suite: `MemoryJobQueue` in this process, `NatsJobQueue` on JetStream. */

/** A job as whoever submits it has it. */
export interface QueuedJob {
  /** Names the job, in its group, by its content: 1 to 128 of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  readonly body: Uint8Array;
  /**
   * So many workers may fail it, or end with it in hand, before it is given up. One that refuses it does not count; where all that are at
   * the queue do, it is given up when they have done so once more as often. Default 5.
   */
  readonly maxDeliveries?: number;
}

/** What became of a job. It stays until it is forgotten, also when whoever submitted the job is gone. */
export type QueueOutcome =
  | { readonly id: string; readonly done: Uint8Array }
  /** Given up, for this reason. */
  | { readonly id: string; readonly dead: string };

/** The jobs of one submitter, apart from those of others. */
export interface JobGroup {
  /**
   * Submits a job. One that waits or is being worked on is not submitted twice.
   *
   * @returns whether it was there already.
   * @throws ClusterError `TOO_LARGE`, `FULL`; `CLOSED`.
   */
  submit(job: QueuedJob): Promise<{ readonly duplicate: boolean }>;
  /** Forgets a job and its outcome. Whoever works on it may still send one. */
  forget(id: string): Promise<void>;
  /** Forgets all. */
  clear(): Promise<void>;
  /** No outcomes are told any more. Jobs and outcomes stay. */
  close(): Promise<void>;
}

/** A job as a worker has it. */
export interface DeliveredJob {
  readonly group: string;
  readonly id: string;
  readonly body: Uint8Array;
  /** Number of this delivery, from 1, of at most `maxDeliveries`; those that were refused do not count. */
  readonly delivery: number;
  readonly maxDeliveries: number;
}

/**
 * Does a job, maybe not for the first time, maybe while another does it too. What it throws puts the job off; the last time
 * that is the reason it is given up for.
 *
 * @param signal aborts when the job may be given to another worker: what it makes must not count any more.
 */
export type JobHandler = (job: DeliveredJob, signal: AbortSignal) => Promise<Uint8Array>;

/** See {@link JobQueue.work}. */
export interface WorkOptions {
  /** Jobs at a time. Default 1. */
  readonly slots?: number;
  /** A job that was put off waits this long; one that is refused for the first time 0.1 s at most. Default 5 s. */
  readonly retryMs?: number;
  /** Whether what the handler threw says that this worker cannot do the job, though others may: it refuses it. Default: never. */
  readonly isRefusal?: (error: unknown) => boolean;
  /** Told what went wrong with jobs, and goes on: put off, given up, lost touch with. In a few words. */
  readonly onProblem?: (problem: string) => void;
}

/** Who is at the queue, as far as it is known. */
export interface QueueState {
  /** Jobs that wait, of all groups. */
  readonly waiting: number;
  /** Jobs that workers have in hand. */
  readonly inHand: number;
  /** Slots of workers that wait for jobs. */
  readonly idle: number;
}

/** Works on jobs until it is stopped. */
export interface JobWorker {
  /** Takes no more jobs and finishes those in hand. May be called again. */
  stop(): Promise<void>;
  /** Ends when it was stopped. Rejects with a ClusterError if it cannot go on. */
  readonly ended: Promise<void>;
}

/** At least once to one worker at a time, in about the order of submission; outcomes are kept. */
export interface JobQueue {
  /**
   * Opens a group.
   *
   * @param group 1 to 128 of `A-Z a-z 0-9 _ -`.
   * @param onOutcome told each outcome at least once, first those that are there already.
   */
  openGroup(group: string, onOutcome: (outcome: QueueOutcome) => void): Promise<JobGroup>;
  /** Works on jobs of all groups. */
  work(handler: JobHandler, options?: WorkOptions): Promise<JobWorker>;
  state(): Promise<QueueState>;
  close(): Promise<void>;
}

/** Default of {@link QueuedJob}'s `maxDeliveries`. */
export const MAX_DELIVERIES = 5;
/** Default of {@link WorkOptions}' `retryMs`. */
export const RETRY_MS = 5000;
