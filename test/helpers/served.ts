/** `saccade serve` in a process of its own, and what watches over it. Needs `npm run build:lib`. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { SeededRandom, batchFromTuples, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import { createEngine } from '../../src/inference/index.ts';
import {
  CameraClient,
  openNodeSocket,
  ViewerClient,
  type CameraMessage,
  type StatsMessage,
} from '../../src/live/index.ts';
import { readModel } from '../../src/network/index.ts';
import { DecisionSession } from '../../src/pipeline/index.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const MODEL: string = path.join(root, 'models/nmnist.safetensors');
const SENSOR = { width: 34, height: 34 };

/** A running process. */
export interface Served {
  readonly url: string;
  readonly ws: string;
  readonly child: ChildProcess;
  /** Resident memory, bytes. */
  readonly memory: () => number;
  /** Ends it and returns its exit code, `null` for one that a signal ended. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Starts it; it ends with the test. */
export async function served(
  args: readonly string[] = [],
  {
    env = {},
    stdio,
  }: { readonly env?: Readonly<Record<string, string>>; readonly stdio?: StdioOptions } = {},
): Promise<Served> {
  const main = path.join(root, 'dist/cli/main.js');
  const child = spawn(process.execPath, [main, 'serve', '--model', MODEL, '--port', '0', '--json', ...args], {
    stdio: stdio ?? ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LOG_LEVEL: 'error', ...env },
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const lines = createInterface({ input: child.stdout! });
  const [first] = (await once(lines, 'line')) as [string];
  lines.on('line', () => undefined);
  const { url } = JSON.parse(first) as { url: string };
  return {
    url,
    ws: url.replace(/^http/, 'ws'),
    child,
    memory: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    },
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return (await exit)[0];
    },
  };
}

/** Events of some windows of N-MNIST's kind. */
export function witnessEvents(windows: number): EventBatch {
  const random = new SeededRandom(7);
  const count = 1500 * windows;
  return batchFromTuples(
    Array.from(
      { length: count },
      (_, i) =>
        [
          Math.floor((i * 300_000 * windows) / count),
          random.integer(34),
          random.integer(34),
          random.integer(2),
        ] as const,
    ),
    SENSOR,
  );
}

/** What a witness saw. */
export interface Testimony {
  /** Recordings whose decisions were those of the same events offline, and names of those that had others. */
  readonly right: number;
  readonly wrong: readonly string[];
  /** Of the dashboard: whether it saw the camera leave, and how often it was cut. */
  readonly left: number;
  readonly cuts: number;
}

/** Nothing happened. */
export const UNHARMED: Omit<Testimony, 'right'> = { wrong: [], left: 0, cuts: 0 };

/** A camera and a dashboard that behave, while others do not. */
export class Witness {
  readonly camera: CameraClient;
  readonly stats: Map<string, StatsMessage> = new Map();
  readonly #viewer: ViewerClient;
  readonly #decided = new Map<string, number[][]>();
  /** Recordings in which this process was so slow that the server took it for silent. */
  readonly #flushed = new Set<string>();
  #left = 0;
  #cuts = 0;
  #stop = false;
  #sending: Promise<void> | undefined;

  constructor(ws: string, open: typeof openNodeSocket = openNodeSocket) {
    const createSocket = (url: string, protocols: readonly string[]): ReturnType<typeof open> =>
      open(url, protocols);
    this.camera = new CameraClient({
      url: `${ws}ingest`,
      hello: { camera: 'witness', sensor: SENSOR, payload: 'events', policy: 'pause' },
      createSocket,
      connectTimeoutMs: 60_000,
    });
    this.camera.decisions$.subscribe({
      next: ({ segment, logits, flushed }) => {
        const name = segment!.name;
        const decided = this.#decided.get(name) ?? [];
        decided.push([...logits]);
        this.#decided.set(name, decided);
        if (flushed) this.#flushed.add(name);
      },
      error: () => undefined,
    });
    this.#viewer = new ViewerClient({ url: `${ws}view`, createSocket });
    this.#viewer.cameras$.subscribe(({ camera, connected }: CameraMessage) => {
      if (camera === 'witness' && !connected) this.#left++;
    });
    this.#viewer.stats$.subscribe((stats) => this.stats.set(stats.camera, stats));
    this.#viewer.connection$.subscribe(({ status, error }) => {
      if (error !== null && status !== 'connecting') this.#cuts++;
    });
    onTestFinished(() => {
      this.#stop = true;
      this.camera.close();
      this.#viewer.close();
    });
  }

  /** Streams, one recording of a window after the other, until it is asked what it saw. */
  async start(): Promise<void> {
    const welcomed = new Promise<void>((resolve) => this.#viewer.welcome$.subscribe(() => resolve()));
    this.#viewer.connect();
    await welcomed;
    await this.camera.connect();
    const events = witnessEvents(1);
    this.#sending = (async () => {
      for (let recording = 0; !this.#stop; recording++) {
        await this.camera.startSegment({ name: `recording ${recording}`, label: null });
        for (let at = 0; at < events.length; at += 50) {
          await this.camera.sendEvents(sliceBatch(events, at, at + 50));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    })();
    this.#sending.catch(() => undefined);
  }

  async testify(): Promise<Testimony> {
    this.#stop = true;
    await this.#sending;
    await this.camera.end();
    const session = new DecisionSession(await createEngine(readModel(readFileSync(MODEL))));
    const expected: number[][] = [];
    for await (const { accumulatedLogits } of session.decisionsOf([witnessEvents(1)]))
      expected.push([...accumulatedLogits]);
    const counted = [...this.#decided].filter(([name]) => !this.#flushed.has(name));
    const wrong = counted.filter(([, logits]) => JSON.stringify(logits) !== JSON.stringify(expected));
    const [left, cuts] = [this.#left, this.#cuts];
    this.#viewer.close();
    return { right: counted.length - wrong.length, wrong: wrong.map(([name]) => name), left, cuts };
  }
}
