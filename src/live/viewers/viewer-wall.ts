/** Many cameras in few bytes: which of them is told of when. */
import type { LiveCamera } from '../camera/live-camera.ts';
import { encodeDisplay, encodeThumbnails, type DecisionMessage } from '../protocol/index.ts';
import { CameraDigest } from './camera-digest.ts';

/** Between two small pictures of a camera. */
const TURN_MS = 250;
/** Between two summaries of a camera. */
const SUMMARY_MS = 500;
/** What all of that may have together; with more cameras, or larger pictures, turns come later. */
export const WALL_BYTES_PER_SECOND: number = 1.5 * 2 ** 20;
/** A wall that had no turn for longer makes up for no more. */
const LONGEST_PAUSE_MS = 100;
/** What is decided after a camera left is told for this long. */
const LINGER_MS = 2_000;

/** What dashboards want to be told. */
export interface WallWants {
  readonly summaries: boolean;
  readonly thumbnails: boolean;
  /** Whether a camera's pictures, and its statistics, come to its digest by themselves: somebody is told them in full. */
  readonly isPictured: (camera: string) => boolean;
  readonly isInFull: (camera: string) => boolean;
}

/** Messages for all dashboards that want them; `null` where there is nothing to say. */
export interface WallUpdate {
  readonly summaries: string | null;
  readonly thumbnails: Uint8Array | null;
}

interface Place {
  readonly digest: CameraDigest;
  /** `null` after it left. */
  camera: LiveCamera | null;
  leftAt: number;
  turnAt: number;
  summedUpAt: number;
}

/**
 * Push class: decisions in, messages out. Cameras take turns, so that neither the server nor a dashboard has all of them
 * at once. What a message says is made once, for however many dashboards.
 */
export class ViewerWall {
  /** By name; the one that was asked longest ago is the first. */
  readonly #places = new Map<string, Place>();
  /** Those that were asked and not told of yet; who waits longest is the first. */
  readonly #waiting = new Map<string, Place>();
  readonly #guarded: (camera: LiveCamera, run: () => void) => void;
  #bytes = 0;
  #turnedAt = 0;
  #sent = 0;

  /** @param guarded runs what may fail because of a camera. */
  constructor(guarded: (camera: LiveCamera, run: () => void) => void) {
    this.#guarded = guarded;
  }

  /** A camera is there: said as often as one likes. */
  enter(camera: LiveCamera, now: number): CameraDigest {
    const place = this.#places.get(camera.name);
    if (place !== undefined) {
      place.camera = camera;
      return place.digest;
    }
    const digest = new CameraDigest(camera.name);
    this.#places.set(camera.name, { digest, camera, leftAt: 0, turnAt: now, summedUpAt: -Infinity });
    return digest;
  }

  /** A camera left. @returns its last state as a message, which does not wait for a turn. */
  leave(name: string, now: number): string | null {
    const place = this.#places.get(name);
    if (place === undefined) return null;
    place.camera = null;
    place.leftAt = now;
    return summariesMessage([JSON.stringify(place.digest.takeSummary(now))]);
  }

  /** Takes a decision of a camera that is there, or left a moment ago. */
  takeDecision(message: DecisionMessage, now: number): void {
    this.#places.get(message.camera)?.digest.takeDecision(message, now);
  }

  /** Another model is served: verdicts were of other classes. */
  forgetVerdicts(): void {
    for (const { digest } of this.#places.values()) digest.forgetVerdicts();
  }

  /** Gives those a turn who are due. */
  turn(now: number, wants: WallWants): WallUpdate {
    const elapsed = Math.min(LONGEST_PAUSE_MS, now - this.#turnedAt);
    this.#turnedAt = now;
    // What was too much at the turn before is missing at this one.
    this.#bytes = Math.min(0, this.#bytes) + (elapsed * WALL_BYTES_PER_SECOND) / 1000;
    // A share of all, so that cameras that came together do not have their turns together.
    let most = Math.ceil((this.#places.size * elapsed) / TURN_MS);
    for (const [name, place] of this.#places) {
      if (most-- <= 0 || now - place.turnAt < TURN_MS) break;
      place.turnAt = now;
      this.#places.delete(name);
      if (place.camera !== null || now - place.leftAt < LINGER_MS) this.#places.set(name, place);
      this.#ask(place, now, wants);
      // One that waits keeps its place.
      if (wants.summaries || wants.thumbnails) this.#waiting.set(name, place);
    }
    return this.#tell(now, wants);
  }

  /** What happened since the camera was asked before. */
  #ask(place: Place, now: number, wants: WallWants): void {
    const { camera, digest } = place;
    if (camera === null) return;
    this.#guarded(camera, () => {
      // A camera makes pictures while they are taken.
      const frame = wants.thumbnails && !wants.isPictured(camera.name) ? camera.takeDisplay() : null;
      if (frame !== null) digest.takeFrame(frame);
      const isDue = wants.summaries && now - place.summedUpAt >= SUMMARY_MS;
      const stats = isDue && !wants.isInFull(camera.name) ? camera.takeStats() : null;
      if (stats !== null) digest.takeStats(stats);
    });
  }

  /** As much as there may be. */
  #tell(now: number, wants: WallWants): WallUpdate {
    const summaries: string[] = [];
    const pictures: Uint8Array[] = [];
    for (const [name, place] of this.#waiting) {
      if (this.#bytes <= 0) break;
      this.#waiting.delete(name);
      const { camera, digest } = place;
      const isDue = camera === null ? digest.hasNews : now - place.summedUpAt >= SUMMARY_MS;
      if (wants.summaries && isDue) {
        place.summedUpAt = now;
        const summary = JSON.stringify(digest.takeSummary(now));
        summaries.push(summary);
        this.#bytes -= summary.length;
      }
      const picture = wants.thumbnails ? digest.takeThumbnail() : null;
      if (picture === null) continue;
      const message = encodeDisplay(0, picture);
      pictures.push(message);
      this.#bytes -= message.length;
    }
    return {
      summaries: summaries.length > 0 ? summariesMessage(summaries) : null,
      thumbnails: pictures.length > 0 ? encodeThumbnails(this.#sent++, pictures) : null,
    };
  }
}

function summariesMessage(summaries: readonly string[]): string {
  return `{"type":"summaries","summaries":[${summaries.join(',')}]}`;
}
