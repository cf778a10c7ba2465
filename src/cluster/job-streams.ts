/** Where jobs and outcomes are on JetStream. */
import type { Consumer, ConsumerInfo, JetStreamManager, PubAck, StoredMsg } from '@nats-io/jetstream';
import { ClusterError } from './errors.ts';
import { checkedName } from './job-names.ts';
import type { QueueOutcome } from './job-queue.ts';
import type { NatsConnection } from './nats-connection.ts';
import { isLastPart, outcomeParts } from './outcome-parts.ts';
import { API_CODES, apiCode, persistently } from './persistently.ts';
import { NO_REFUSALS, type Refusals } from './refusals.ts';

const NANOS_PER_MS = 1_000_000;
/** Room for subject and headers beside the payload. */
const HEADER_BYTES = 1024;
const DURABLE = 'workers';

/** How the streams are made where they are not there yet. */
export interface JobStreamsOptions {
  readonly prefix: string;
  readonly ackWaitMs: number;
  readonly replicas: number;
  readonly maxJobs: number;
  readonly keepOutcomesMs: number;
}

/**
 * Three streams: jobs `<prefix>.job.<group>.<id>` as a work queue, of each subject at most one, so a job cannot wait twice however late it
 * is submitted again (message ids would also refuse what has long been done); outcomes
 * `<prefix>.outcome.<group>.<id>.<delivery>.<part>` that stay; who refused a job, `<prefix>.refusal.<group>.<id>`. One consumer for all workers. It delivers for ever: who gets a job
 * too often gives it up, so none is ever stuck behind a limit of deliveries.
 */
export class JobStreams {
  readonly connection: NatsConnection;
  readonly #options: JobStreamsOptions;
  readonly #jobs: string;
  readonly #outcomes: string;
  readonly #refusals: string;

  constructor(connection: NatsConnection, options: JobStreamsOptions) {
    this.connection = connection;
    this.#options = options;
    const prefix = checkedName('prefix', options.prefix);
    this.#jobs = prefix.toUpperCase();
    this.#outcomes = `${prefix.toUpperCase()}_OUTCOMES`;
    this.#refusals = `${prefix.toUpperCase()}_REFUSALS`;
  }

  jobSubject(group: string, id: string): string {
    return `${this.#options.prefix}.job.${group}.${id}`;
  }

  /** Of all outcomes of a group, or of one job. */
  outcomeSubject(group: string, id?: string): string {
    return `${this.#options.prefix}.outcome.${group}.${id === undefined ? '' : `${id}.`}>`;
  }

  /** On which workers say that they are at the queue. */
  get rollCallSubject(): string {
    return `${this.#options.prefix}.rollcall`;
  }

  #refusalSubject(group: string, id: string): string {
    return `${this.#options.prefix}.refusal.${group}.${id}`;
  }

  /** Makes what is not there. What is there stays as it was made. */
  async ensure(): Promise<void> {
    const { prefix, replicas, maxJobs, keepOutcomesMs, ackWaitMs } = this.#options;
    const manager = await this.connection.manager();
    await this.#ensureStream(manager, {
      name: this.#jobs,
      subjects: [`${prefix}.job.>`],
      retention: 'workqueue',
      storage: 'file',
      discard: 'new',
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      max_msgs: maxJobs,
      num_replicas: replicas,
    });
    for (const [name, kind] of [
      [this.#outcomes, 'outcome'],
      [this.#refusals, 'refusal'],
    ] as const) {
      await this.#ensureStream(manager, {
        name,
        subjects: [`${prefix}.${kind}.>`],
        storage: 'file',
        max_msgs_per_subject: 1,
        max_age: keepOutcomesMs * NANOS_PER_MS,
        num_replicas: replicas,
      });
    }
    if ((await this.#workers(manager)) !== null) return;
    await manager.consumers.add(this.#jobs, {
      durable_name: DURABLE,
      filter_subject: `${prefix}.job.>`,
      ack_policy: 'explicit',
      // A list of back-offs would replace it.
      ack_wait: ackWaitMs * NANOS_PER_MS,
      max_deliver: -1,
      max_ack_pending: 100_000,
    });
  }

  async #ensureStream(
    manager: JetStreamManager,
    config: Parameters<JetStreamManager['streams']['add']>[0],
  ): Promise<void> {
    try {
      await manager.streams.info(config.name);
    } catch (error) {
      if (apiCode(this.connection, error) !== API_CODES.streamNotFound) throw error;
      await manager.streams.add(config).catch((cause: unknown) => {
        // Another was faster.
        if (apiCode(this.connection, cause) !== API_CODES.streamNameInUse) throw cause;
      });
    }
  }

  async #workers(manager: JetStreamManager): Promise<ConsumerInfo | null> {
    try {
      return await manager.consumers.info(this.#jobs, DURABLE);
    } catch (error) {
      if (apiCode(this.connection, error) !== API_CODES.consumerNotFound) throw error;
      return null;
    }
  }

  /** Asks until there is an answer. */
  async persist<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return persistently(this.connection, ask, () => this.ensure(), signal);
  }

  /** What all workers share, and what it is like. */
  async consumer(): Promise<{
    readonly consumer: Consumer;
    readonly info: ConsumerInfo;
    readonly ackWaitMs: number;
  }> {
    return this.persist(async () => {
      const consumer = await this.connection.jetstream.consumers.get(this.#jobs, DURABLE);
      const info = await consumer.info();
      return { consumer, info, ackWaitMs: info.config.ack_wait! / NANOS_PER_MS };
    });
  }

  /** @returns whether the job was there already. @throws ClusterError `TOO_LARGE`, `FULL` */
  async publishJob(group: string, id: string, body: Uint8Array, maxDeliveries: number): Promise<boolean> {
    const most = this.connection.maxPayload - HEADER_BYTES;
    if (body.length > most)
      throw new ClusterError('TOO_LARGE', `Job ${id} is of ${body.length} bytes, more than ${most}.`);
    try {
      await this.#publish(this.jobSubject(group, id), body, { [DELIVERIES_HEADER]: maxDeliveries });
      return false;
    } catch (error) {
      const { cause } = error as Error;
      if (apiCode(this.connection, cause) !== API_CODES.storeFailed) throw error;
      if ((cause as Error).message.includes('per subject')) return true;
      throw new ClusterError('FULL', `The queue takes no more jobs: ${(cause as Error).message}.`, { cause });
    }
  }

  async publishOutcome(
    group: string,
    outcome: QueueOutcome,
    delivery: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const parts = outcomeParts(outcome, this.connection.maxPayload - HEADER_BYTES);
    for (const [i, { body, headers }] of parts.entries()) {
      const subject = `${this.#options.prefix}.outcome.${group}.${outcome.id}.${delivery}.${i}`;
      await this.#publish(subject, body, headers, signal);
    }
  }

  async #publish(
    subject: string,
    body: Uint8Array,
    fields: Readonly<Record<string, string | number>>,
    signal?: AbortSignal,
  ): Promise<PubAck> {
    const headers = this.connection.modules.transport.headers();
    for (const [name, value] of Object.entries(fields)) headers.set(name, String(value));
    return this.persist(() => this.connection.jetstream.publish(subject, body, { headers }), signal);
  }

  /** Who refused a job. @param seq its own in the stream: one that is submitted again is another. */
  async refusals(group: string, id: string, seq: number): Promise<Refusals> {
    const message = await this.#last(this.#refusals, this.#refusalSubject(group, id));
    if (message === null) return NO_REFUSALS;
    const { job, ...refusals } = message.json<Refusals & { readonly job: number }>();
    return job === seq ? refusals : NO_REFUSALS;
  }

  async keepRefusals(group: string, id: string, seq: number, refusals: Refusals): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify({ job: seq, ...refusals }));
    await this.#publish(this.#refusalSubject(group, id), body, {});
  }

  /** Whether a job waits or is worked on. */
  async hasJob(group: string, id: string): Promise<boolean> {
    return (await this.#job(this.jobSubject(group, id))) !== null;
  }

  async #job(subject: string): Promise<StoredMsg | null> {
    return this.#last(this.#jobs, subject);
  }

  /** Whether a job has a whole outcome. */
  async hasOutcome(group: string, id: string): Promise<boolean> {
    const message = await this.outcome(this.outcomeSubject(group, id));
    return message !== null && isLastPart({ subject: message.subject, headers: message.header });
  }

  /** Subjects of the outcomes that are kept. */
  async outcomesOf(group: string): Promise<string[]> {
    return this.#subjects(this.#outcomes, this.outcomeSubject(group));
  }

  async #jobsOf(group: string): Promise<string[]> {
    return this.#subjects(this.#jobs, this.jobSubject(group, '>'));
  }

  async #subjects(stream: string, filter: string): Promise<string[]> {
    const { state } = await this.persist(async () =>
      (await this.connection.manager()).streams.info(stream, { subjects_filter: filter }),
    );
    return Object.keys(state.subjects ?? {});
  }

  /** A message of an outcome, `null` if it has gone meanwhile. */
  async outcome(subject: string): Promise<StoredMsg | null> {
    return this.#last(this.#outcomes, subject);
  }

  async #last(stream: string, subject: string): Promise<StoredMsg | null> {
    return this.persist(async () =>
      (await this.connection.manager()).streams.getMessage(stream, { last_by_subj: subject }),
    );
  }

  /**
   * Removes a job and its outcomes, or all of a group. Jobs one by one: a purge by subject takes all that waits, of other groups too,
   * from the consumer (2.9.10).
   */
  async purge(group: string, id?: string): Promise<void> {
    const jobs = id === undefined ? await this.#jobsOf(group) : [this.jobSubject(group, id)];
    for (const subject of jobs) await this.#deleteJob(subject);
    for (const [stream, filter] of [
      [this.#outcomes, this.outcomeSubject(group, id)],
      [this.#refusals, this.#refusalSubject(group, id ?? '>')],
    ] as const)
      await this.persist(async () => (await this.connection.manager()).streams.purge(stream, { filter }));
  }

  async #deleteJob(subject: string): Promise<void> {
    const job = await this.#job(subject);
    if (job === null) return;
    await this.persist(async () => {
      const { streams } = await this.connection.manager();
      await streams.deleteMessage(this.#jobs, job.seq, false).catch((error: unknown) => {
        // Its worker was faster.
        const code = apiCode(this.connection, error);
        if (code !== API_CODES.noMessage && code !== API_CODES.notDeleted) throw error;
      });
    });
  }
}

/** Header of a job: so many workers may get it. */
export const DELIVERIES_HEADER = 'Saccade-Max-Deliveries';
