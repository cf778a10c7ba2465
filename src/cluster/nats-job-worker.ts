/** A worker on JetStream. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, JsMsg } from '@nats-io/jetstream';
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

/** A request for a job stays open this long: so long may stopping take. */
const ASK_MS = 1000;
/** Between requests that fail. */
const PAUSE_MS = 500;

/** Takes one job at a time a slot: a job that waits in the client's buffer would run out of time and be run twice. */
export class NatsJobWorker implements JobWorker {
  readonly ended: Promise<void>;
  readonly #streams: JobStreams;
  readonly #handler: JobHandler;
  readonly #options: WorkOptions;
  readonly #ackWaitMs: number;
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
      this.#problem(message, `left alone: ${textOf(error)}`);
    } finally {
      heartbeat.stop();
    }
  }

  async #settle(message: JsMsg, heartbeat: JobHeartbeat): Promise<void> {
    const job = jobOf(message);
    const { group, id, delivery, maxDeliveries } = job;
    // Another's acknowledgement was lost, not its answer.
    if (delivery > 1 && (await this.#streams.hasOutcome(group, id))) return this.#acknowledge(message);
    if (delivery > maxDeliveries) return this.#giveUp(message, job, unanswered(maxDeliveries));
    let done: Uint8Array;
    try {
      done = await this.#handler(job, heartbeat.signal);
    } catch (error) {
      return this.#putOff(message, job, heartbeat, textOf(error));
    }
    if (heartbeat.isLost) {
      this.#problem(message, 'was done too late, another has it');
      return;
    }
    await this.#streams.publishOutcome(group, { id, done }, randomUUID(), heartbeat.signal);
    await this.#acknowledge(message);
  }

  async #putOff(message: JsMsg, job: DeliveredJob, heartbeat: JobHeartbeat, reason: string): Promise<void> {
    this.#problem(message, reason);
    if (heartbeat.isLost) return;
    if (job.delivery >= job.maxDeliveries) await this.#giveUp(message, job, reason);
    else message.nak(this.#options.retryMs ?? RETRY_MS);
  }

  /** The reason goes into the outcome: older servers know none. */
  async #giveUp(message: JsMsg, { group, id }: DeliveredJob, reason: string): Promise<void> {
    await this.#streams.publishOutcome(group, { id, dead: reason }, randomUUID());
    this.#problem(message, 'given up');
    await this.#acknowledge(message);
  }

  /** One that gets lost costs whoever gets the job next a look at its outcome. */
  async #acknowledge(message: JsMsg): Promise<void> {
    await message.ackAck().catch(() => false);
  }

  #problem(message: JsMsg, problem: string): void {
    const { id, delivery } = jobOf(message);
    this.#options.onProblem?.(`job ${id}, delivery ${delivery}: ${problem}`);
  }
}

function jobOf({ subject, data, headers, info }: JsMsg): DeliveredJob {
  const [group, id] = subject.split('.').slice(-2);
  const stated = Number(headers?.get(DELIVERIES_HEADER));
  const maxDeliveries = Number.isInteger(stated) && stated > 0 ? stated : MAX_DELIVERIES;
  return { group: group!, id: id!, body: data, delivery: info.deliveryCount, maxDeliveries };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
