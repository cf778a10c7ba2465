/** Which worker decides for which camera. */
import { createHash } from 'node:crypto';
import { Members, type EventBus, type KeyValue, type LeaseTimes } from '../../cluster/index.ts';
import { WORKER } from './subjects.ts';
import { readWorkerInfo, type WorkerInfo } from './worker-info.ts';

/** See {@link WorkerPool}. */
export interface WorkerPoolOptions {
  readonly bus: EventBus;
  readonly leases: KeyValue;
  readonly times: LeaseTimes;
  readonly modelDigest: string;
  /** A worker came, went, or says something else. */
  readonly onChange: () => void;
}

/** A camera goes to a worker with so many cameras less: with one less, the other would have one more then. */
const WORTH_A_MOVE = 2;

/** The workers of a gateway's model. A camera gets the one with the most room; among equals its name decides, everywhere the same. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #members: Members<WorkerInfo>;
  /** Cameras of this gateway by worker: known before workers say so. */
  readonly #own = new Map<string, number>();
  #movedAt = -Infinity;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    const { bus, leases, times, onChange } = options;
    this.#members = new Members({
      bus,
      leases,
      times,
      kind: WORKER,
      read: readWorkerInfo,
      onSeen: onChange,
      onGone: onChange,
    });
  }

  /** Workers that can be used, and those that run another model. */
  get size(): number {
    return [...this.#usable()].length;
  }

  get otherModels(): number {
    return [...this.#members].filter(([, { model }]) => model !== this.#options.modelDigest).length;
  }

  isThere(worker: string): boolean {
    return this.#members.get(worker) !== undefined;
  }

  /** Since a worker said that it is there; it does so every {@link renewMs}. */
  silentMs(worker: string): number {
    return this.#members.silentMs(worker);
  }

  get renewMs(): number {
    return this.#options.times.renewMs;
  }

  isLeaving(worker: string): boolean {
    return this.#members.get(worker)?.isLeaving ?? true;
  }

  /** @param avoid taken only if there is no other. */
  choose(camera: string, avoid: string | null): string | null {
    let best: { id: string; load: number; rank: string } | null = null;
    let last: string | null = null;
    for (const [id, info] of this.#usable()) {
      const load = this.#load(id, info);
      if (load >= info.capacity) continue;
      if (id === avoid) {
        last = id;
        continue;
      }
      const rank = rankOf(camera, id);
      const isBetter = best === null || load < best.load || (load === best.load && rank > best.rank);
      if (isBetter) best = { id, load, rank };
    }
    return best?.id ?? last;
  }

  /** Whether a camera should go elsewhere when its window is done. */
  shouldMove(worker: string): boolean {
    const info = this.#members.get(worker);
    if (info === undefined || info.isLeaving) return true;
    const now = performance.now();
    // What was moved last is not in what workers say yet.
    if (now - this.#movedAt < this.#options.times.renewMs) return false;
    const loads = [...this.#usable()].map(([id, other]) => this.#load(id, other));
    if (this.#load(worker, info) - Math.min(...loads) < WORTH_A_MOVE) return false;
    this.#movedAt = now;
    return true;
  }

  /** A camera of this gateway went to a worker (1), or from it (-1). */
  count(worker: string, change: 1 | -1): void {
    const count = (this.#own.get(worker) ?? 0) + change;
    if (count === 0) this.#own.delete(worker);
    else this.#own.set(worker, count);
  }

  stop(): void {
    this.#members.stop();
  }

  *#usable(): Generator<readonly [string, WorkerInfo]> {
    for (const [id, info] of this.#members)
      if (info.model === this.#options.modelDigest && !info.isLeaving) yield [id, info];
  }

  #load(id: string, { cameras }: WorkerInfo): number {
    return Math.max(cameras, this.#own.get(id) ?? 0);
  }
}

function rankOf(camera: string, worker: string): string {
  return createHash('sha256').update(`${worker} ${camera}`).digest('hex');
}
