/** Names of cameras are one camera's over all gateways. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { ClusterError, EventBus, KeyValue } from '../../cluster/index.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import type { LiveLogger } from '../live-logger.ts';
import { BusQuestions } from './bus-questions.ts';
import { CameraClaim, readCameraRecord, type CameraRecord } from './camera-claim.ts';
import { parseJson, toJsonBytes } from './step-messages.ts';
import { cameraKey, yieldSubject } from './subjects.ts';

/** See {@link CameraClaims}. */
export interface CameraClaimsOptions {
  readonly bus: EventBus;
  readonly cameras: KeyValue;
  readonly gateway: string;
  /** Whether a gateway has its lease. @throws ClusterError `UNREACHABLE` */
  readonly isAlive: (gateway: string) => Promise<boolean>;
  /** How long a gateway that died has its lease. */
  readonly leaseMs: number;
  /** How long an old connection has to show a sign of life. */
  readonly takeoverMs: number;
  readonly logger: LiveLogger | undefined;
}

interface Held {
  readonly camera: LiveCamera;
  readonly claim: CameraClaim;
}

const requestSchema = v.object({ camera: v.string(), session: v.nullable(v.string()) });
const answerSchema = v.object({ isYielded: v.boolean() });

/** Others may be quicker; not for ever. */
const ATTEMPTS = 5;
/** On top of what the old connection has. */
const ANSWER_MS = 1000;
const LOOK_MS = 100;
/** A gateway that went takes with it what its cameras had not been told. */
const GATEWAY_LOST =
  'the gateway that this camera was connected to is gone, and with it the window that was open there and what waited behind it';

/**
 * The rules of `CameraRegistry`, between gateways: a camera that comes back replaces its old connection at once if it knows that one's
 * session, else if the old one shows no sign of life; a gateway without its lease has no cameras.
 */
export class CameraClaims {
  readonly #options: CameraClaimsOptions;
  readonly #questions: BusQuestions;
  readonly #held = new Map<string, Held>();
  readonly #stop: () => void;

  constructor(options: CameraClaimsOptions) {
    this.#options = options;
    const { bus, gateway } = options;
    this.#questions = new BusQuestions(bus, gateway);
    this.#stop = bus.subscribe(yieldSubject(gateway), ({ bytes, replyTo }) => {
      void this.#yield(bytes).then((isYielded) => {
        if (replyTo !== null) bus.publish(replyTo, toJsonBytes({ isYielded }));
      });
    });
  }

  /** The claim of a camera that is connected here. */
  of(camera: string): CameraClaim | undefined {
    return this.#held.get(camera)?.claim;
  }

  /**
   * Claims a camera's name over all gateways.
   *
   * @returns whether it is its now.
   * @throws ClusterError `UNREACHABLE`
   */
  async claim(camera: LiveCamera, session: string | undefined): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const claim = await this.#attempt(camera, session).catch((error: unknown) => {
        // A question without an answer is asked again: what it did before is known then.
        if (attempt < ATTEMPTS - 1 && (error as Partial<ClusterError>).code === 'UNREACHABLE')
          return 'changed' as const;
        throw error;
      });
      if (claim === 'taken') return false;
      if (claim === 'changed') continue;
      if (!camera.isOpen) {
        await claim.release();
        return false;
      }
      // The registry has replaced the one before; what it had begun is still decided.
      void this.#held.get(camera.name)?.claim.release();
      this.#held.set(camera.name, { camera, claim });
      return true;
    }
    return false;
  }

  release(camera: LiveCamera): void {
    const held = this.#held.get(camera.name);
    if (held?.camera !== camera) return;
    this.#held.delete(camera.name);
    void held.claim.release();
  }

  /** Finds out which names are still this gateway's, after it had no lease for a while. */
  async recheck(): Promise<void> {
    const checks = [...this.#held.values()].map(({ claim }) => claim.renew().catch(() => undefined));
    await Promise.all(checks);
  }

  stop(): void {
    this.#stop();
    this.#questions.stop();
  }

  async #attempt(
    camera: LiveCamera,
    session: string | undefined,
  ): Promise<CameraClaim | 'taken' | 'changed'> {
    const { cameras, gateway } = this.#options;
    const key = cameraKey(camera.name);
    const entry = await cameras.get(key);
    const before = entry === null ? null : readCameraRecord(entry);
    const standing = before === null ? 'free' : await this.#standing(before, session ?? null);
    if (standing === 'taken') return 'taken';
    const claim = randomUUID();
    const epoch = before?.epoch ?? 0;
    const record = { camera: camera.name, gateway, claim, worker: null, epoch } satisfies CameraRecord;
    const value = toJsonBytes(record);
    const revision =
      entry === null ? await cameras.create(key, value) : await cameras.update(key, value, entry.revision);
    if (revision === null) return 'changed';
    const onLost = (): void => {
      this.#options.logger?.warn({ camera: camera.name }, 'another gateway has this camera now');
      camera.terminate();
    };
    const note = standing === 'lost' ? GATEWAY_LOST : null;
    return new CameraClaim({ cameras, camera: camera.name, gateway, claim, onLost }, revision, epoch, note);
  }

  /** `free`: it may be had. `lost`: so it may, as its gateway is gone. */
  async #standing(
    { camera, gateway }: CameraRecord,
    session: string | null,
  ): Promise<'free' | 'lost' | 'taken'> {
    const { gateway: own, isAlive, takeoverMs } = this.#options;
    // The registry has settled it.
    if (gateway === own) return 'free';
    if (!(await isAlive(gateway))) return 'lost';
    const question = toJsonBytes({ camera, session });
    const answer = await this.#questions.ask(yieldSubject(gateway), question, takeoverMs + ANSWER_MS);
    if (answer === null) return (await this.#outlives(gateway)) ? 'taken' : 'lost';
    return parseJson(answer, answerSchema).isYielded ? 'free' : 'taken';
  }

  /** Whether a gateway that does not answer keeps its lease nevertheless: one that has died has it for a while. */
  async #outlives(gateway: string): Promise<boolean> {
    const { isAlive, leaseMs } = this.#options;
    const until = performance.now() + leaseMs + ANSWER_MS;
    while (await isAlive(gateway)) {
      if (performance.now() > until) return true;
      await sleep(LOOK_MS);
    }
    return false;
  }

  /** Another gateway has a camera that says it is one of these. */
  async #yield(bytes: Uint8Array): Promise<boolean> {
    let request: v.InferOutput<typeof requestSchema>;
    try {
      request = parseJson(bytes, requestSchema);
    } catch {
      return false;
    }
    const held = this.#held.get(request.camera);
    if (held === undefined) return true;
    const isSame = held.camera.session === request.session;
    if (!isSame && (await held.camera.showsLife(this.#options.takeoverMs))) return false;
    held.camera.terminate();
    return true;
  }
}
