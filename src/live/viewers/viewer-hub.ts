/** All dashboards: what they are told, and how a slow one is kept from slowing anything. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Model } from '../../network/index.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import type { Guard } from '../http/front-door.ts';
import type { LiveLimits } from '../limits.ts';
import {
  CLOSE_CODES,
  encodeDisplay,
  type CameraMessage,
  type DecisionMessage,
  type StatsMessage,
} from '../protocol/index.ts';
import { viewerWelcome } from './viewer-welcome.ts';

/** Display frames a second, whatever the model's steps are. */
const DISPLAY_RATE = 30;
const STATS_RATE = 4;
/** A camera's state is told at once so many times between two display frames; what comes faster is told at the next. */
const STATES_AT_ONCE = 4;

/** What a dashboard has not taken yet. */
interface Backlog {
  /** Since when it is behind. */
  since: number | undefined;
  /** States of cameras that it must be told, the newest of each. */
  readonly states: Map<string, CameraMessage>;
}

/**
 * See the file comment. Decisions, statistics and pictures are left out where a dashboard is behind; the state of a
 * camera never is: the newest of each waits until there is room.
 */
export class ViewerHub {
  readonly #welcome: string;
  readonly #limits: LiveLimits;
  readonly #viewers = new Map<WebSocket, Backlog>();
  /** How often each camera's state was told since the last display frame. */
  readonly #told = new Map<string, number>();
  readonly #cameras: Iterable<LiveCamera>;
  readonly #guard: Guard;
  readonly #timers: readonly NodeJS.Timeout[];
  #frames = 0;

  constructor(model: Model, limits: LiveLimits, cameras: Iterable<LiveCamera>, guard: Guard) {
    this.#welcome = JSON.stringify(viewerWelcome(model, randomUUID()));
    this.#limits = limits;
    this.#cameras = cameras;
    this.#guard = guard;
    this.#timers = [
      setInterval(() => {
        this.#told.clear();
        for (const [viewer, backlog] of this.#viewers) this.#tellStates(viewer, backlog);
        this.#forEachCamera('display', (camera) => {
          this.#showEvents(camera);
        });
      }, 1000 / DISPLAY_RATE),
      setInterval(() => {
        this.#forEachCamera('statistics', (camera) => {
          const stats = camera.takeStats();
          if (stats !== null) this.broadcast(stats);
        });
      }, 1000 / STATS_RATE),
    ];
  }

  get size(): number {
    return this.#viewers.size;
  }

  add(socket: WebSocket): void {
    this.#viewers.set(socket, { since: undefined, states: new Map() });
    socket.on('close', () => this.#viewers.delete(socket));
    socket.on('error', () => this.#viewers.delete(socket));
    socket.send(this.#welcome);
    for (const camera of this.#cameras) socket.send(JSON.stringify(camera.describe(true)));
  }

  /** Tells all dashboards of a camera's state. One that changes faster than pictures come is told in its newest. */
  announce(message: CameraMessage): void {
    const { camera } = message;
    const told = this.#told.get(camera) ?? 0;
    this.#told.set(camera, told + 1);
    for (const [viewer, backlog] of this.#viewers) {
      backlog.states.set(camera, message);
      if (told < STATES_AT_ONCE) this.#tellStates(viewer, backlog);
    }
  }

  /** Tells all dashboards; one that is behind misses it. */
  broadcast(message: DecisionMessage | StatsMessage): void {
    if (this.#viewers.size === 0) return;
    const text = JSON.stringify(message);
    for (const [viewer, backlog] of this.#viewers) {
      this.#tellStates(viewer, backlog);
      if (this.#hasRoom(viewer, backlog)) viewer.send(text);
    }
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #forEachCamera(what: string, run: (camera: LiveCamera) => void): void {
    for (const camera of this.#cameras) {
      const end = (): void => {
        camera.terminate();
      };
      this.#guard(what, end, () => {
        run(camera);
      });
    }
  }

  #showEvents(camera: LiveCamera): void {
    // Taken even when nobody watches, so that the first frame is not minutes of events.
    const frame = camera.takeDisplay();
    if (frame === null || this.#viewers.size === 0) return;
    const bytes = encodeDisplay(this.#frames++, frame);
    for (const [viewer, backlog] of this.#viewers) if (this.#hasRoom(viewer, backlog)) viewer.send(bytes);
  }

  #tellStates(viewer: WebSocket, backlog: Backlog): void {
    if (backlog.states.size === 0 || !this.#hasRoom(viewer, backlog)) return;
    for (const state of backlog.states.values()) viewer.send(JSON.stringify(state));
    backlog.states.clear();
  }

  /** Whether a dashboard can take more. One that cannot for too long is sent away: it comes back and is told all. */
  #hasRoom(viewer: WebSocket, backlog: Backlog): boolean {
    if (viewer.readyState !== viewer.OPEN) return false;
    if (viewer.bufferedAmount <= this.#limits.viewerHighWaterBytes) {
      backlog.since = undefined;
      return true;
    }
    const now = performance.now();
    backlog.since ??= now;
    if (now - backlog.since > this.#limits.viewerPatienceMs) viewer.close(CLOSE_CODES.overloaded, 'too slow');
    return false;
  }
}
