/** One dashboard's socket: what it looks at, and what it has not taken yet. */
import type { RawData, WebSocket } from 'ws';
import { describeError, toBytes } from '../ingest/camera-messages.ts';
import type { LiveLimits } from '../limits.ts';
import { CLOSE_CODES, parseWatch, ProtocolError, type CameraMessage, type Watch } from '../protocol/index.ts';

/**
 * See the file comment. Decisions, statistics and pictures are left out where it is behind; which model is served and the state
 * of a camera never are: the newest of each waits until there is room.
 */
export class Viewer {
  readonly #socket: WebSocket;
  readonly #limits: LiveLimits;
  /** `null` for one that has not said what it looks at. */
  #watch: Watch | null = null;
  /** Since when it is behind. */
  #since: number | undefined;
  #welcome: string | null = null;
  readonly #states = new Map<string, CameraMessage>();

  constructor(socket: WebSocket, limits: LiveLimits) {
    this.#socket = socket;
    this.#limits = limits;
    socket.on('message', (data, isBinary) => {
      this.#hear(data, isBinary);
    });
  }

  /** Whether it wants to be told of cameras in few bytes. */
  get wantsSummaries(): boolean {
    return this.#watch !== null;
  }

  get wantsThumbnails(): boolean {
    return this.#watch?.thumbnails ?? false;
  }

  /** Whether it is to be told everything of a camera. */
  isInFull(camera: string): boolean {
    return this.#watch === null || this.#watch.camera === camera;
  }

  /** Which model is served; what it was not told of cameras before is no longer worth telling. */
  welcome(message: string): void {
    this.#welcome = message;
    this.#states.clear();
    this.tellWaiting();
  }

  /** The state of a camera, in place of one before that waits. */
  keep(state: CameraMessage): void {
    this.#states.set(state.camera, state);
  }

  /** Tells what waits, if there is room. */
  tellWaiting(): void {
    if ((this.#welcome === null && this.#states.size === 0) || !this.#hasRoom()) return;
    if (this.#welcome !== null) this.#socket.send(this.#welcome);
    this.#welcome = null;
    for (const state of this.#states.values()) this.#socket.send(JSON.stringify(state));
    this.#states.clear();
  }

  /** Sends what can be missed: behind what waits, and only if there is room. */
  offer(message: string | Uint8Array): void {
    this.tellWaiting();
    if (this.#hasRoom()) this.#socket.send(message);
  }

  #hear(data: RawData, isBinary: boolean): void {
    try {
      if (isBinary) throw new ProtocolError('BAD_WATCH', null, 'A dashboard sends text only.');
      this.#watch = parseWatch(toBytes(data));
    } catch (error) {
      this.#socket.send(JSON.stringify({ type: 'error', ...describeError(error) }));
      this.#socket.close(CLOSE_CODES.undecodable, 'no watch message');
    }
  }

  /** Whether it can take more. One that cannot for too long is sent away: it comes back and is told all. */
  #hasRoom(): boolean {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount <= this.#limits.viewerHighWaterBytes) {
      this.#since = undefined;
      return true;
    }
    const now = performance.now();
    this.#since ??= now;
    if (now - this.#since > this.#limits.viewerPatienceMs) socket.close(CLOSE_CODES.overloaded, 'too slow');
    return false;
  }
}
