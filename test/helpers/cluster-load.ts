/** A cluster of real processes, cameras that load it, and what their decisions must be. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  batchOf,
  SeededRandom,
  sliceBatch,
  allocateEvents,
  type EventBatch,
} from '../../src/events/index.ts';
import { createEngine, type InferenceEngine } from '../../src/inference/index.ts';
import {
  CameraClient,
  openNodeSocket,
  type DecisionMessage,
  type EndMessage,
  type Hello,
} from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import { DecisionSession } from '../../src/pipeline/index.ts';
import { startService, type Service } from './services.ts';

export const MODEL: string = path.resolve(import.meta.dirname, '../../models/nmnist.safetensors');
export const SENSOR = { width: 34, height: 34 };
/** Long enough that no slow machine makes a camera look silent. */
const NO_FLUSH = ['--flush-after-ms', '60000'];

export const startGatewayProcess = (nats: string, ...args: string[]): Promise<Service> =>
  startService(['gateway', '--model', MODEL, '--port', '0', '--nats', nats, '--json', ...NO_FLUSH, ...args]);
export const startWorkerProcess = (nats: string, ...args: string[]): Promise<Service> =>
  startService(['worker', '--model', MODEL, '--nats', nats, '--json', ...args]);

export const ingestOf = (gateway: Service): string => gateway.first['ingest'] as string;

/** A camera's events: a second has so many, in groups as long as a camera's packet. */
export function stream(seed: number, seconds: number, perSecond = 10_000): EventBatch {
  const random = new SeededRandom(seed);
  const count = Math.round(seconds * perSecond);
  const events = allocateEvents(count);
  for (let i = 0, t = 0; i < count; i++) {
    t += random.integer(Math.round(2_000_000 / perSecond));
    events.t[i] = t;
    events.x[i] = random.integer(34);
    events.y[i] = random.integer(34);
    events.p[i] = random.integer(2);
  }
  return batchOf(events, count, SENSOR);
}

/** What identifies a decision, and what it says. */
export interface Verdict {
  readonly window: number;
  readonly step: number;
  readonly logits: readonly number[];
}

let engine: InferenceEngine | undefined;

/** What one process says of them, offline. */
export async function expectedVerdicts(events: EventBatch): Promise<Verdict[]> {
  engine ??= await createEngine(readModel(readFileSync(MODEL)));
  const session = new DecisionSession(engine, { sensor: SENSOR });
  const verdicts: Verdict[] = [];
  for await (const { window, step, accumulatedLogits } of session.decisionsOf([events]))
    verdicts.push({ window, step, logits: [...accumulatedLogits] });
  session.dispose();
  return verdicts;
}

/** Recordings of a camera, one after the other on one connection, until it is told to stop or the connection ends. */
export class RecordingCamera {
  readonly camera: LoadCamera;
  readonly #events: EventBatch;
  /** Recordings that were begun. */
  begun = 0;
  isStopped = false;
  end: EndMessage | undefined;

  constructor(url: string, name: string, events: EventBatch, options: LoadOptions = {}) {
    this.camera = new LoadCamera(url, name, options);
    this.#events = events;
  }

  /** @returns whether it could end as it wanted. */
  async run(): Promise<boolean> {
    try {
      await this.camera.connect();
      while (!this.isStopped) {
        await this.camera.client.startSegment({ name: String(this.begun++), label: null });
        await this.camera.send(this.#events);
      }
      this.end = await this.camera.client.end();
      return true;
    } catch {
      this.camera.client.close();
      return false;
    }
  }

  /** The decisions of each recording that was begun. */
  get verdicts(): Verdict[][] {
    const all: Verdict[][] = Array.from({ length: this.begun }, () => []);
    for (const decision of this.camera.decisions)
      all[Number(decision.segment!.name)]!.push(...verdictsOf([decision]));
    return all;
  }
}

/** What a camera was told. */
export interface Told {
  readonly decisions: readonly DecisionMessage[];
  readonly end: EndMessage;
}

export const verdictsOf = (decisions: readonly DecisionMessage[]): Verdict[] =>
  decisions.map(({ window, step, logits }) => ({ window, step, logits }));

/** See {@link LoadCamera}. */
export interface LoadOptions {
  /** Times as fast as the events were made. */
  readonly speed?: number;
  readonly hello?: Partial<Hello>;
  readonly onDecision?: (decision: DecisionMessage) => void;
}

const PIECE_MICROS = 10_000;

/** A camera that streams at its pace, on one connection. */
export class LoadCamera {
  readonly client: CameraClient;
  readonly decisions: DecisionMessage[] = [];
  readonly #options: LoadOptions;
  /** Events that were sent. */
  sent = 0;

  constructor(url: string, camera: string, options: LoadOptions = {}) {
    this.#options = options;
    this.client = new CameraClient({
      url,
      hello: { camera, sensor: SENSOR, payload: 'events', policy: 'pause', ...options.hello },
      createSocket: openNodeSocket,
      connectTimeoutMs: 60_000,
    });
  }

  async connect(): Promise<void> {
    this.client.decisions$.subscribe({
      next: (decision) => {
        this.decisions.push(decision);
        this.#options.onDecision?.(decision);
      },
      error: () => undefined,
    });
    await this.client.connect();
  }

  /** Sends all, in pieces of 10 ms. Rejects where the connection ends. */
  async send(events: EventBatch): Promise<void> {
    const { speed = 1 } = this.#options;
    const start = performance.now();
    for (let from = 0; from < events.length;) {
      const until = events.t[from]! + PIECE_MICROS;
      let to = from;
      while (to < events.length && events.t[to]! < until) to++;
      await this.client.sendEvents(sliceBatch(events, from, to));
      this.sent = to;
      const due = start + (events.t[to - 1]! - events.t[0]!) / 1000 / speed;
      const early = due - performance.now();
      if (early > 1) await sleep(early);
      from = to;
    }
  }

  async run(events: EventBatch): Promise<Told> {
    await this.connect();
    await this.send(events);
    return { end: await this.client.end(), decisions: this.decisions };
  }
}
