/** A gateway's hold on a camera's name, and the epochs under which workers decide for it. */
import * as v from 'valibot';
import { ClusterError, type KeyValue, type KeyValueEntry } from '../../cluster/index.ts';
import { parseJson, toJsonBytes } from './step-messages.ts';
import { cameraKey } from './subjects.ts';

/** What the bucket says of a camera. */
export interface CameraRecord {
  readonly camera: string;
  readonly gateway: string;
  /** Names the connection. */
  readonly claim: string;
  /** Who decides, `null` if nobody yet. */
  readonly worker: string | null;
  /** The last one before this record; the record's own is its revision, or one more than this if that is higher. */
  readonly epoch: number;
}

const schema: v.GenericSchema<unknown, CameraRecord> = v.object({
  camera: v.string(),
  gateway: v.string(),
  claim: v.string(),
  worker: v.nullable(v.string()),
  epoch: v.number(),
});

/** @throws ClusterError `REFUSED` */
export function readCameraRecord({ value }: KeyValueEntry): CameraRecord {
  return parseJson(value, schema);
}

/** A change that does not succeed so often is put off. */
const ATTEMPTS = 5;

/** See {@link CameraClaim}. */
export interface CameraClaimOptions {
  readonly cameras: KeyValue;
  readonly camera: string;
  readonly gateway: string;
  readonly claim: string;
  readonly onLost: () => void;
}

/**
 * Changes a camera's record, each time by compare and set: whoever has lost the name finds out. Each change is an epoch, higher than
 * all before, also where the server forgot its revisions.
 */
export class CameraClaim {
  readonly #options: CameraClaimOptions;
  #revision: number;
  #epoch: number;
  #worker: string | null = null;
  #releasedAt: number | null = null;
  #isLost = false;
  #last: Promise<unknown> = Promise.resolve();
  /** What people should know of how the name came here. */
  readonly note: string | null;

  /** @param before the epoch of the record before. */
  constructor(options: CameraClaimOptions, revision: number, before: number, note: string | null) {
    this.#options = options;
    this.#revision = revision;
    this.#epoch = Math.max(revision, before + 1);
    this.note = note;
  }

  get camera(): string {
    return this.#options.camera;
  }

  /** Since the camera left or its name was lost, `null` if neither. */
  get overForMs(): number | null {
    return this.#releasedAt === null ? null : performance.now() - this.#releasedAt;
  }

  /**
   * Names a worker.
   *
   * @returns the epoch under which it decides, `null` if the name is not this claim's any more.
   * @throws ClusterError `UNREACHABLE`
   */
  assign(worker: string): Promise<number | null> {
    return this.#change(worker);
  }

  /** Finds out whether the name is still this claim's, and keeps it from being forgotten. */
  async renew(): Promise<void> {
    await this.#change(this.#worker);
  }

  /** Gives the name up. Never rejects. */
  async release(): Promise<void> {
    this.#releasedAt ??= performance.now();
    if (this.#isLost) return;
    const { cameras, camera } = this.#options;
    await this.#inTurn(() => cameras.remove(cameraKey(camera), this.#revision)).catch(() => undefined);
  }

  #change(worker: string | null): Promise<number | null> {
    return this.#inTurn(async () => {
      if (this.#releasedAt !== null) return null;
      const revision = await this.#write(worker);
      if (revision === null) {
        this.#lose();
        return null;
      }
      this.#revision = revision;
      this.#worker = worker;
      this.#epoch = Math.max(revision, this.#epoch + 1);
      return this.#epoch;
    });
  }

  async #write(worker: string | null): Promise<number | null> {
    const { cameras, camera, gateway, claim } = this.#options;
    const key = cameraKey(camera);
    const value = toJsonBytes({ camera, gateway, claim, worker, epoch: this.#epoch } satisfies CameraRecord);
    let revision = await cameras.update(key, value, this.#revision);
    for (let attempt = 0; revision === null; attempt++) {
      const entry = await cameras.get(key);
      if (entry !== null && readCameraRecord(entry).claim !== claim) return null;
      if (attempt === ATTEMPTS)
        throw new ClusterError('UNREACHABLE', 'The record of a camera changes all the time.');
      // The answer to an earlier change was lost, or a server that was killed forgot the last ones.
      revision = await (entry === null
        ? cameras.create(key, value)
        : cameras.update(key, value, entry.revision));
    }
    return revision;
  }

  #lose(): void {
    this.#isLost = true;
    this.#releasedAt ??= performance.now();
    this.#options.onLost();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
