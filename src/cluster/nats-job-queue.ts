/** A queue of jobs on NATS JetStream. */
import { integerOption } from '../events/index.ts';
import type {
  JobGroup,
  JobHandler,
  JobQueue,
  JobWorker,
  QueueOutcome,
  QueueState,
  WorkOptions,
} from './job-queue.ts';
import { JobStreams } from './job-streams.ts';
import type { NatsConnection } from './nats-connection.ts';
import { NatsJobGroup } from './nats-job-group.ts';
import { NatsJobWorker } from './nats-job-worker.ts';
import { persistently } from './persistently.ts';

/** See {@link NatsJobQueue.open}. The first to open a queue decides for all. */
export interface NatsJobQueueOptions {
  /** Names streams and subjects, and keeps queues on one server apart. Default `prep`. */
  readonly prefix?: string;
  /** A worker that says nothing for so long loses its job to another. Default 30 s. */
  readonly ackWaitMs?: number;
  /** Servers that keep each message, where they are several. Default 1. */
  readonly replicas?: number;
  /** Most jobs that wait. Default 1,000,000. */
  readonly maxJobs?: number;
  /** Outcomes that nobody asks for go after this long. Default 7 days. */
  readonly keepOutcomesMs?: number;
  /** How often it is looked whether something was missed. Default 10 s. */
  readonly sweepMs?: number;
}

/** See the file comment; the rules are those of {@link JobQueue}. */
export class NatsJobQueue implements JobQueue {
  readonly #streams: JobStreams;
  readonly #sweepMs: number;

  private constructor(streams: JobStreams, sweepMs: number) {
    this.#streams = streams;
    this.#sweepMs = sweepMs;
  }

  /**
   * Opens the queue of a server, makes it where there is none. The connection is closed with it.
   *
   * @throws ClusterError if the server does not allow it or cannot; OptionError.
   */
  static async open(connection: NatsConnection, options: NatsJobQueueOptions = {}): Promise<NatsJobQueue> {
    const streams = new JobStreams(connection, {
      prefix: options.prefix ?? 'prep',
      ackWaitMs: integerOption('ackWaitMs', options.ackWaitMs ?? 30_000, 300, 86_400_000),
      replicas: integerOption('replicas', options.replicas ?? 1, 1, 5),
      maxJobs: integerOption('maxJobs', options.maxJobs ?? 1_000_000, 1),
      keepOutcomesMs: integerOption(
        'keepOutcomesMs',
        options.keepOutcomesMs ?? 7 * 86_400_000,
        1000,
        365 * 86_400_000,
      ),
    });
    const none = async (): Promise<void> => Promise.resolve();
    await persistently(connection, () => streams.ensure(), none);
    return new NatsJobQueue(streams, integerOption('sweepMs', options.sweepMs ?? 10_000, 10, 86_400_000));
  }

  async openGroup(group: string, onOutcome: (outcome: QueueOutcome) => void): Promise<JobGroup> {
    return NatsJobGroup.open(this.#streams, group, onOutcome, this.#sweepMs);
  }

  async work(handler: JobHandler, options: WorkOptions = {}): Promise<JobWorker> {
    return NatsJobWorker.start(this.#streams, handler, options);
  }

  async state(): Promise<QueueState> {
    const { info } = await this.#streams.consumer();
    return { waiting: info.num_pending, inHand: info.num_ack_pending, idle: info.num_waiting };
  }

  async close(): Promise<void> {
    await this.#streams.connection.close();
  }
}
