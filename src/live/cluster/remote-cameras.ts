/** Cameras of other gateways, for this one's dashboards. */
import type { EventBus } from '../../cluster/index.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import {
  decodeDisplay,
  type CameraMessage,
  type DecisionMessage,
  type DisplayFrame,
  type StatsMessage,
} from '../protocol/index.ts';
import { viewSubject, WATCH_SUBJECT } from './subjects.ts';
import type { Dashboards } from '../cluster-host.ts';
import { WATCH_MS } from './view-publisher.ts';

/** A camera of another gateway, as dashboards see it. */
class RemoteCamera implements LiveCamera {
  readonly session = '';
  readonly gateway: string;
  state: CameraMessage;
  display: DisplayFrame | null = null;
  #stats: StatsMessage | null = null;
  #isTaken = false;

  constructor(gateway: string, state: CameraMessage) {
    this.gateway = gateway;
    this.state = state;
  }

  get name(): string {
    return this.state.camera;
  }

  get isOpen(): boolean {
    return this.state.connected;
  }

  describe(connected: boolean): CameraMessage {
    return { ...this.state, connected };
  }

  takeDisplay(): DisplayFrame | null {
    const { display } = this;
    this.display = null;
    return display;
  }

  tell(stats: StatsMessage): void {
    this.#stats = stats;
    this.#isTaken = false;
  }

  stats(): StatsMessage | null {
    return this.#stats;
  }

  takeStats(): StatsMessage | null {
    if (this.#isTaken) return null;
    this.#isTaken = true;
    return this.#stats;
  }

  async showsLife(): Promise<boolean> {
    return this.isOpen;
  }

  /** Its gateway does. */
  async finish(): Promise<void> {}

  /** What is wrong with showing it here is no reason to end it there. */
  terminate(): void {
    this.display = null;
    this.#stats = null;
  }
}

/** Listens only while somebody watches here. Messages of other gateways are trusted, as the broker is. */
export class RemoteCameras implements Iterable<LiveCamera> {
  readonly #bus: EventBus;
  readonly #gateway: string;
  readonly #isLocal: (camera: string) => boolean;
  readonly #cameras = new Map<string, RemoteCamera>();
  readonly #timer: NodeJS.Timeout;
  #dashboards: Dashboards | undefined;
  #unsubscribe: (() => void) | undefined;

  /** @param isLocal whether a camera is connected to this gateway: what others say of it is old then. */
  constructor(bus: EventBus, gateway: string, isLocal: (camera: string) => boolean) {
    this.#isLocal = isLocal;
    this.#bus = bus;
    this.#gateway = gateway;
    this.#timer = setInterval(() => {
      this.look();
    }, WATCH_MS);
  }

  [Symbol.iterator](): Iterator<LiveCamera> {
    return this.#cameras.values();
  }

  /** Whom to tell. */
  attach(dashboards: Dashboards): void {
    this.#dashboards = dashboards;
  }

  /** Says that somebody watches, or stops listening where nobody does. Called when a dashboard came. */
  look(): void {
    if ((this.#dashboards?.size ?? 0) === 0) {
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
      this.#cameras.clear();
      return;
    }
    this.#unsubscribe ??= this.#bus.subscribe(viewSubject('*', '*'), ({ subject, bytes }) => {
      const gateway = subject.split('.')[2]!;
      if (gateway !== this.#gateway) this.#receive(gateway, bytes);
    });
    this.#bus.publish(WATCH_SUBJECT, new TextEncoder().encode(this.#gateway));
  }

  /** A camera came to this gateway. */
  arrived(camera: string): void {
    this.#cameras.delete(camera);
  }

  /** A camera left this gateway: maybe for another. */
  left(camera: string): void {
    const elsewhere = this.#cameras.get(camera);
    if (elsewhere !== undefined) this.#dashboards?.announce(elsewhere.describe(true));
  }

  /** A gateway went, and its cameras with it. */
  forget(gateway: string): void {
    for (const camera of [...this.#cameras.values()]) if (camera.gateway === gateway) this.#remove(camera);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
  }

  #receive(gateway: string, bytes: Uint8Array): void {
    try {
      if (bytes[0] !== BRACE) {
        const display = decodeDisplay(bytes);
        const camera = this.#cameras.get(display.camera);
        if (camera !== undefined) camera.display = display;
        return;
      }
      const message = JSON.parse(new TextDecoder().decode(bytes)) as
        CameraMessage | DecisionMessage | StatsMessage;
      if (message.type === 'camera') this.#tell(gateway, message);
      else if (message.type === 'decision') {
        if (this.#cameras.has(message.camera)) this.#dashboards?.broadcast(message);
      } else this.#cameras.get(message.camera)?.tell(message);
    } catch {
      // Another version's. What dashboards are told is for the moment.
    }
  }

  #tell(gateway: string, state: CameraMessage): void {
    if (this.#isLocal(state.camera)) return;
    const known = this.#cameras.get(state.camera);
    if (!state.connected) {
      if (known?.gateway === gateway) this.#remove(known);
      return;
    }
    if (known === undefined || known.gateway !== gateway)
      this.#cameras.set(state.camera, new RemoteCamera(gateway, state));
    else {
      if (JSON.stringify(known.state) === JSON.stringify(state)) return;
      known.state = state;
    }
    this.#dashboards?.announce(state);
  }

  #remove(camera: RemoteCamera): void {
    this.#cameras.delete(camera.name);
    this.#dashboards?.announce(camera.describe(false));
  }
}

/** With it JSON begins, and no picture. */
const BRACE = '{'.charCodeAt(0);
