/** A group of jobs on JetStream. */
import type { Subscription } from '@nats-io/transport-node';
import { checkedName } from './job-names.ts';
import { MAX_DELIVERIES, type JobGroup, type QueuedJob, type QueueOutcome } from './job-queue.ts';
import type { JobStreams } from './job-streams.ts';
import { OutcomeAssembler } from './outcome-parts.ts';

/** Sweeps in which a job without an outcome is in no queue, until it is taken for lost. */
const LOST_AFTER = 2;

interface Outstanding {
  readonly job: QueuedJob;
  missed: number;
}

/**
 * Outcomes come by a plain subscription, which is fast and may miss some; a sweep, on a timer and whenever the connection comes back,
 * reads those that were missed, and submits jobs anew that a broker has lost. (The client's ordered consumer stalls for its whole
 * `expires`, 30 s, after a restart of the server: nats.js 3.4.)
 */
export class NatsJobGroup implements JobGroup {
  readonly #streams: JobStreams;
  readonly #group: string;
  readonly #onOutcome: (outcome: QueueOutcome) => void;
  readonly #assembler = new OutcomeAssembler();
  /** Subjects of outcomes that were seen. */
  readonly #seen = new Set<string>();
  readonly #outstanding = new Map<string, Outstanding>();
  #subscription: Subscription | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #sweeping: Promise<void> | undefined;

  private constructor(streams: JobStreams, group: string, onOutcome: (outcome: QueueOutcome) => void) {
    this.#streams = streams;
    this.#group = checkedName('group', group);
    this.#onOutcome = onOutcome;
  }

  static async open(
    streams: JobStreams,
    name: string,
    onOutcome: (outcome: QueueOutcome) => void,
    sweepMs: number,
  ): Promise<NatsJobGroup> {
    const group = new NatsJobGroup(streams, name, onOutcome);
    const { connection } = streams;
    try {
      group.#subscription = connection.client.subscribe(streams.outcomeSubject(name), {
        callback: (error, message) => {
          if (error === null) group.#take(message);
        },
      });
    } catch (error) {
      throw connection.translate(error);
    }
    await group.sweep();
    const sweep = (): void => {
      // It comes again.
      group.sweep().catch(() => undefined);
    };
    group.#timer = setInterval(sweep, sweepMs).unref();
    group.#stopListening = connection.listen(({ kind }) => {
      if (kind === 'back') sweep();
    });
    return group;
  }

  async submit(job: QueuedJob): Promise<{ readonly duplicate: boolean }> {
    checkedName('id', job.id);
    const duplicate = await this.#publish(job);
    this.#outstanding.set(job.id, { job, missed: 0 });
    return { duplicate };
  }

  async forget(id: string): Promise<void> {
    this.#outstanding.delete(id);
    this.#assembler.forget(id);
    await this.#streams.purge(this.#group, id);
    for (const subject of this.#seen) if (subject.includes(`.${id}.`)) this.#seen.delete(subject);
  }

  async clear(): Promise<void> {
    this.#outstanding.clear();
    await this.#streams.purge(this.#group);
    this.#seen.clear();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening?.();
    if (!this.#streams.connection.isClosed) this.#subscription?.unsubscribe();
    await this.#sweeping?.catch(() => undefined);
  }

  /** Looks for what was missed. One at a time. */
  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    for (const subject of await this.#streams.outcomesOf(this.#group)) {
      if (this.#seen.has(subject)) continue;
      const message = await this.#streams.outcome(subject);
      if (message !== null) this.#take({ subject, data: message.data, headers: message.header });
    }
    for (const [id, outstanding] of this.#outstanding) {
      // An outcome is stored before its job goes.
      if (await this.#streams.hasJob(this.#group, id)) outstanding.missed = 0;
      else if (++outstanding.missed >= LOST_AFTER && this.#outstanding.has(id)) {
        await this.#publish(outstanding.job);
        outstanding.missed = 0;
      }
    }
  }

  async #publish({ id, body, maxDeliveries = MAX_DELIVERIES }: QueuedJob): Promise<boolean> {
    return this.#streams.publishJob(this.#group, id, body, maxDeliveries);
  }

  #take(part: Parameters<OutcomeAssembler['push']>[0]): void {
    this.#seen.add(part.subject);
    const outcome = this.#assembler.push(part);
    if (outcome === null) return;
    this.#outstanding.delete(outcome.id);
    this.#onOutcome(outcome);
  }
}
