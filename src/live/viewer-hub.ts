/** All dashboards: what they are told, and how a slow one is kept from slowing anything. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Model } from '../network/index.ts';
import type { CameraConnection } from './camera-connection.ts';
import type { CameraRegistry } from './camera-registry.ts';
import type { LiveLimits } from './limits.ts';
import { CLOSE_CODES, encodeDisplay, type ViewerMessage } from './protocol/index.ts';
import { viewerWelcome } from './viewer-welcome.ts';

/** Display frames a second, whatever the model's steps are. */
const DISPLAY_RATE = 30;
const STATS_RATE = 4;

/** Runs what must not end the server; `end` ends the connection that it is about. */
export type Guard = (what: string, end: () => unknown, run: () => void) => void;

/** See the file comment. */
export class ViewerHub {
  readonly #welcome: string;
  readonly #limits: LiveLimits;
  /** Dashboards, and since when they are behind; `undefined` if they are not. */
  readonly #viewers = new Map<WebSocket, number | undefined>();
  readonly #cameras: CameraRegistry;
  readonly #guard: Guard;
  readonly #timers: readonly NodeJS.Timeout[];
  #frames = 0;

  constructor(model: Model, limits: LiveLimits, cameras: CameraRegistry, guard: Guard) {
    this.#welcome = JSON.stringify(viewerWelcome(model, randomUUID()));
    this.#limits = limits;
    this.#cameras = cameras;
    this.#guard = guard;
    this.#timers = [
      setInterval(() => {
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
    this.#viewers.set(socket, undefined);
    socket.on('close', () => this.#viewers.delete(socket));
    socket.on('error', () => this.#viewers.delete(socket));
    socket.send(this.#welcome);
    for (const camera of this.#cameras) socket.send(JSON.stringify(camera.describe(true)));
  }

  /** Tells all dashboards; one that is behind misses it. */
  broadcast(message: ViewerMessage): void {
    if (this.#viewers.size === 0) return;
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers.keys()) this.#send(viewer, text);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #forEachCamera(what: string, run: (camera: CameraConnection) => void): void {
    for (const camera of this.#cameras) {
      const end = (): void => {
        camera.terminate();
      };
      this.#guard(what, end, () => {
        run(camera);
      });
    }
  }

  #showEvents(camera: CameraConnection): void {
    // Taken even when nobody watches, so that the first frame is not minutes of events.
    const frame = camera.takeDisplay();
    if (frame === null || this.#viewers.size === 0) return;
    const bytes = encodeDisplay(this.#frames++, frame);
    for (const viewer of this.#viewers.keys()) this.#send(viewer, bytes);
  }

  #send(viewer: WebSocket, data: string | Uint8Array): void {
    if (viewer.readyState !== viewer.OPEN) return;
    if (viewer.bufferedAmount <= this.#limits.viewerHighWaterBytes) {
      this.#viewers.set(viewer, undefined);
      viewer.send(data);
      return;
    }
    const now = performance.now();
    const since = this.#viewers.get(viewer) ?? now;
    this.#viewers.set(viewer, since);
    if (now - since > this.#limits.viewerPatienceMs) viewer.close(CLOSE_CODES.overloaded, 'too slow');
  }
}
