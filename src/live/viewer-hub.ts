/** All dashboards: what they are told, and how a slow one is kept from slowing anything. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Model } from '../network/index.ts';
import type { CameraRegistry } from './camera-registry.ts';
import type { LiveLimits } from './limits.ts';
import { CLOSE_CODES, encodeDisplay, type ViewerMessage } from './protocol/index.ts';
import { viewerWelcome } from './viewer-welcome.ts';

/** Display frames a second, whatever the model's steps are. */
const DISPLAY_RATE = 30;
const STATS_RATE = 4;
/** A dashboard that stays this far behind is closed. */
const HOPELESS_FACTOR = 8;

/** See the file comment. */
export class ViewerHub {
  readonly #welcome: string;
  readonly #limits: LiveLimits;
  readonly #viewers = new Set<WebSocket>();
  readonly #cameras: CameraRegistry;
  readonly #timers: readonly NodeJS.Timeout[];
  #frames = 0;

  constructor(model: Model, limits: LiveLimits, cameras: CameraRegistry) {
    this.#welcome = JSON.stringify(viewerWelcome(model, randomUUID()));
    this.#limits = limits;
    this.#cameras = cameras;
    this.#timers = [
      setInterval(() => {
        this.#showEvents();
      }, 1000 / DISPLAY_RATE),
      setInterval(() => {
        for (const camera of cameras) {
          const stats = camera.takeStats();
          if (stats !== null) this.broadcast(stats);
        }
      }, 1000 / STATS_RATE),
    ];
  }

  get size(): number {
    return this.#viewers.size;
  }

  add(socket: WebSocket): void {
    this.#viewers.add(socket);
    socket.on('close', () => this.#viewers.delete(socket));
    socket.on('error', () => this.#viewers.delete(socket));
    socket.send(this.#welcome);
    for (const camera of this.#cameras) socket.send(JSON.stringify(camera.describe(true)));
  }

  /** Tells all dashboards; one that is behind misses it. */
  broadcast(message: ViewerMessage): void {
    if (this.#viewers.size === 0) return;
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers) this.#send(viewer, text);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #showEvents(): void {
    for (const camera of this.#cameras) {
      // Taken even when nobody watches, so that the first frame is not minutes of events.
      const frame = camera.takeDisplay();
      if (frame === null || this.#viewers.size === 0) continue;
      const bytes = encodeDisplay(this.#frames++, frame);
      for (const viewer of this.#viewers) this.#send(viewer, bytes);
    }
  }

  #send(viewer: WebSocket, data: string | Uint8Array): void {
    const high = this.#limits.viewerHighWaterBytes;
    if (viewer.bufferedAmount > HOPELESS_FACTOR * high) viewer.close(CLOSE_CODES.overloaded, 'too slow');
    else if (viewer.bufferedAmount <= high && viewer.readyState === viewer.OPEN) viewer.send(data);
  }
}
