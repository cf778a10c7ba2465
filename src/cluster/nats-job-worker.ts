/** A worker on JetStream. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/transport-node';
import { ClusterError } from './errors.ts';
import { JobHeartbeat } from './job-heartbeat.ts';
import { unanswered } from './job-names.ts';
import {
  MAX_DELIVERIES,
  RETRY_MS,
  type DeliveredJob,
  type JobHandler,
  type JobWorker,
  type WorkOptions,
} from './job-queue.ts';
import { DELIVERIES_HEADER, type JobStreams } from './job-streams.ts';
import {
  isPatienceOver,
  isRefusedByAll,
  NO_REFUSALS,
  refusalPauseMs,
  refusedByAll,
  withRefusal,
  type Refusals,
} from './refusals.ts';

/** A request for a job stays open this long: so long may stopping take. */
const ASK_MS = 1000;
/** Between requests that fail. */
const PAUSE_MS = 500;
/** So long workers have to say that they are at the queue. */
const ROLL_CALL_MS = 2000;

/** Takes one job at a time a slot: a job that waits in the client's buffer would run out of time and be run twice. */
export class NatsJobWorker implements JobWorker {
  readonly ended: Promise<void>;
  readonly #streams: JobStreams;
  readonly #handler: JobHandler;
  readonly #options: WorkOptions;
  readonly #ackWaitMs: number;
  readonly #id: string = randomUUID();
  readonly #rollCall: Subscription;
  #stopping = false;

  private constructor(
    streams: JobStreams,
    consumer: Consumer,
    ackWaitMs: number,
    handler: JobHandler,
    options: WorkOptions,
  ) {
    this.#streams = streams;
    this.#ackWaitMs = ackWaitMs;
    this.#handler = handler;
    this.#options = options;
    this.#rollCall = streams.connection.client.subscribe(streams.rollCallSubject, {
      callback: (error, message) => {
        if (error === null) message.respond(this.#id);
      },
    });
    const slots = Array.from({ length: options.slots ?? 1 }, () => this.#slot(consumer));
    this.ended = Promise.all(slots).then(() => undefined);
    // Whoever waits for it is told.
    this.ended.catch(() => undefined);
  }

  static async start(streams: JobStreams, handler: JobHandler, options: WorkOptions): Promise<NatsJobWorker> {
    const { consumer, ackWaitMs } = await streams.consumer();
    return new NatsJobWorker(streams, consumer, ackWaitMs, handler, options);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.ended;
    if (!this.#streams.connection.isClosed) this.#rollCall.unsubscribe();
  }

  async #slot(first: Consumer): Promise<void> {
    let consumer = first;
    while (!this.#stopping) {
      try {
        const message = await consumer.next({ expires: ASK_MS });
        if (message !== null) await this.#deliver(message);
      } catch (error) {
        const told = this.#streams.connection.translate(error);
        if (told instanceof ClusterError) {
          this.#stopping = true;
          throw told;
        }
        await sleep(PAUSE_MS);
        // The broker may have come back without it.
        ({ consumer } = await this.#streams.consumer());
      }
    }
  }

  async #deliver(message: JsMsg): Promise<void> {
    const heartbeat = new JobHeartbeat(message, this.#streams.connection, this.#ackWaitMs);
    try {
      await this.#settle(message, heartbeat);
    } catch (error) {
      if (this.#streams.connection.isClosed) throw error;
      // The broker gives it to somebody when its time is over.
      this.#problem(jobOf(message), `left alone: ${textOf(error)}`);
    } finally {
      heartbeat.stop();
    }
  }

  async #settle(message: JsMsg, heartbeat: JobHeartbeat): Promise<void> {
    const first = jobOf(message);
    const { group, id, maxDeliveries } = first;
    const isFirst = first.delivery === 1;
    // Another's acknowledgement was lost, not its answer.
    if (!isFirst && (await this.#streams.hasOutcome(group, id))) return this.#acknowledge(message);
    const refusals = isFirst ? NO_REFUSALS : await this.#streams.refusals(group, id, message.seq);
    const job = { ...first, delivery: Math.max(1, first.delivery - refusals.count) };
    if (job.delivery > maxDeliveries) return this.#giveUp(message, job, unanswered(maxDeliveries));
    let done: Uint8Array;
    try {
      done = await this.#handler(job, heartbeat.signal);
    } catch (error) {
      this.#problem(job, textOf(error));
      if (heartbeat.isLost) return;
      const isRefusal = this.#options.isRefusal?.(error) === true;
      return isRefusal
        ? this.#refuse(message, job, refusals, textOf(error))
        : this.#putOff(message, job, textOf(error));
    }
    if (heartbeat.isLost) {
      this.#problem(job, 'was done too late, another has it');
      return;
    }
    await this.#streams.publishOutcome(group, { id, done }, randomUUID(), heartbeat.signal);
    await this.#acknowledge(message);
  }

  async #putOff(message: JsMsg, job: DeliveredJob, reason: string): Promise<void> {
    if (job.delivery >= job.maxDeliveries) await this.#giveUp(message, job, reason);
    else message.nak(this.#options.retryMs ?? RETRY_MS);
  }

  /** Noted before it goes back: who gets it next takes what is not noted for a failure. */
  async #refuse(message: JsMsg, job: DeliveredJob, before: Refusals, reason: string): Promise<void> {
    const refusals = withRefusal(before, this.#id);
    await this.#streams.keepRefusals(job.group, job.id, message.seq, refusals);
    if (isPatienceOver(refusals, job.maxDeliveries)) {
      const refusing = await this.#allRefuse(job, refusals);
      if (refusing !== null) return this.#giveUp(message, job, refusedByAll(refusing, reason));
    }
    message.nak(refusalPauseMs(before, this.#id, this.#options.retryMs ?? RETRY_MS));
  }

  /** How many workers are at the queue, `null` if one of them has not refused the job, or nobody can know now. */
  async #allRefuse(job: DeliveredJob, refusals: Refusals): Promise<number | null> {
    const { connection, rollCallSubject } = this.#streams;
    const present = new Set([this.#id]);
    try {
      const options = { strategy: 'timer', maxWait: ROLL_CALL_MS } as const;
      const answers = await connection.client.requestMany(rollCallSubject, '', options);
      for await (const answer of answers) {
        present.add(answer.string());
        // At once: this slot has other jobs to do.
        if (!isRefusedByAll(refusals, [...present])) return null;
      }
    } catch (error) {
      this.#problem(job, `who else is at the queue is not known: ${textOf(error)}`);
      return null;
    }
    return present.size;
  }

  /** The reason goes into the outcome: older servers know none. */
  async #giveUp(message: JsMsg, job: DeliveredJob, reason: string): Promise<void> {
    await this.#streams.publishOutcome(job.group, { id: job.id, dead: reason }, randomUUID());
    this.#problem(job, 'given up');
    await this.#acknowledge(message);
  }

  /** One that gets lost costs whoever gets the job next a look at its outcome. */
  async #acknowledge(message: JsMsg): Promise<void> {
    await message.ackAck().catch(() => false);
  }

  #problem({ id, delivery }: DeliveredJob, problem: string): void {
    this.#options.onProblem?.(`job ${id}, delivery ${delivery}: ${problem}`);
  }
}

/** A job as it was delivered; those deliveries that were refused count here. */
function jobOf({ subject, data, headers, info }: JsMsg): DeliveredJob {
  const [group, id] = subject.split('.').slice(-2);
  const stated = Number(headers?.get(DELIVERIES_HEADER));
  const maxDeliveries = Number.isInteger(stated) && stated > 0 ? stated : MAX_DELIVERIES;
  return { group: group!, id: id!, body: data, delivery: info.deliveryCount, maxDeliveries };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
