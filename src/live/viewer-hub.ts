/** All dashboards: what they are told, and how a slow one is kept from slowing anything. */
import type { WebSocket } from 'ws';
import type { Model } from '../network/index.ts';
import type { CameraConnection } from './camera-connection.ts';
import type { LiveLimits } from './limits.ts';
import {
  CLOSE_CODES,
  encodeDisplay,
  type CameraMessage,
  type ViewerMessage,
  type ViewerWelcome,
} from './protocol/index.ts';

/** Display frames a second, whatever the model's steps are. */
const DISPLAY_RATE = 30;
const STATS_RATE = 4;
/** A dashboard that stays this far behind is closed. */
const HOPELESS_FACTOR = 8;

/** See the file comment. */
export class ViewerHub {
  readonly #model: Model;
  readonly #limits: LiveLimits;
  readonly #viewers = new Set<WebSocket>();
  readonly #cameras: ReadonlyMap<string, CameraConnection>;
  readonly #timers: readonly NodeJS.Timeout[];
  #frames = 0;

  constructor(model: Model, limits: LiveLimits, cameras: ReadonlyMap<string, CameraConnection>) {
    this.#model = model;
    this.#limits = limits;
    this.#cameras = cameras;
    this.#timers = [
      setInterval(() => {
        this.#showEvents();
      }, 1000 / DISPLAY_RATE),
      setInterval(() => {
        for (const camera of cameras.values()) this.broadcast(camera.takeStats());
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
    socket.send(JSON.stringify(welcome(this.#model)));
    for (const camera of this.#cameras.values()) socket.send(JSON.stringify(cameraMessage(camera, true)));
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
    for (const camera of this.#cameras.values()) {
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

/** What dashboards are told of a camera. */
export function cameraMessage(camera: CameraConnection, connected: boolean): CameraMessage {
  return { type: 'camera', camera: camera.name, connected, segment: camera.segment };
}

function welcome({ network, layers, neuronLayers, input }: Model): ViewerWelcome {
  return {
    type: 'viewer-welcome',
    model: network.name,
    classes: network.classes,
    steps: network.steps,
    layers: neuronLayers.map((id) => {
      const { shape } = layers.find(({ spec }) => spec.id === id)!.output;
      return { id, neurons: shape[0] * shape[1] * shape[2] };
    }),
    input: { width: network.input.width, height: network.input.height },
    window: windowText(input.binning, network.steps),
  };
}

function windowText(binning: Model['input']['binning'], steps: number): string {
  switch (binning.by) {
    case 'fixed-duration':
      return `${(steps * binning.stepMicros) / 1000} ms in ${steps} steps`;
    case 'fixed-count':
      return `${steps * binning.stepEvents} events in ${steps} steps`;
    default:
      return `a whole recording in ${steps} steps`;
  }
}
