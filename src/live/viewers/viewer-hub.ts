/** All dashboards: what they are told, and how a slow one is kept from slowing anything. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Model } from '../../network/index.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import type { Guard } from '../http/front-door.ts';
import type { LiveLimits } from '../limits.ts';
import { encodeDisplay, type CameraMessage, type DecisionMessage } from '../protocol/index.ts';
import { ViewerWall } from './viewer-wall.ts';
import { viewerWelcome } from './viewer-welcome.ts';
import { Viewer } from './viewer.ts';

/** Display frames a second, whatever the model's steps are. */
const DISPLAY_RATE = 30;
const STATS_RATE = 4;
/** A camera's state is told at once so many times between two display frames; what comes faster is told at the next. */
const STATES_AT_ONCE = 4;
/** One that does not say what it looks at is shown pictures of so many cameras: of those that came first. */
const MOST_PICTURES = 16;

/** See the file comment. */
export class ViewerHub {
  readonly #limits: LiveLimits;
  readonly #viewers = new Set<Viewer>();
  /** How often each camera's state was told since the last display frame. */
  readonly #told = new Map<string, number>();
  readonly #cameras: Iterable<LiveCamera>;
  readonly #guard: Guard;
  readonly #wall: ViewerWall;
  readonly #timers: readonly NodeJS.Timeout[];
  #welcome: string;
  #frames = 0;

  constructor(model: Model, limits: LiveLimits, cameras: Iterable<LiveCamera>, guard: Guard) {
    this.#welcome = welcomeOf(model);
    this.#limits = limits;
    this.#cameras = cameras;
    this.#guard = guard;
    this.#wall = new ViewerWall((camera, run) => {
      this.#guarded('summary', camera, run);
    });
    this.#timers = [
      setInterval(() => {
        this.#told.clear();
        for (const viewer of this.#viewers) viewer.tellWaiting();
        this.#showCameras();
      }, 1000 / DISPLAY_RATE),
      setInterval(() => {
        this.#tellStats();
      }, 1000 / STATS_RATE),
    ];
  }

  get size(): number {
    return this.#viewers.size;
  }

  add(socket: WebSocket): void {
    const viewer = new Viewer(socket, this.#limits);
    // Nobody watched: what happened until now is no rate of now.
    if (this.size === 0) {
      for (const camera of this.#cameras) this.#guarded('statistics', camera, () => void camera.takeStats());
    }
    this.#viewers.add(viewer);
    socket.on('close', () => this.#viewers.delete(viewer));
    socket.on('error', () => this.#viewers.delete(viewer));
    this.#greet(viewer);
  }

  /** Tells all dashboards that another model is served. */
  serve(model: Model): void {
    this.#welcome = welcomeOf(model);
    this.#wall.forgetVerdicts();
    for (const viewer of this.#viewers) this.#greet(viewer);
  }

  /** Tells all dashboards of a camera's state. One that changes faster than pictures come is told in its newest. */
  announce(message: CameraMessage): void {
    const { camera, connected } = message;
    const told = this.#told.get(camera) ?? 0;
    this.#told.set(camera, told + 1);
    const farewell = connected ? null : this.#wall.leave(camera, performance.now());
    for (const viewer of this.#viewers) {
      if (farewell !== null && viewer.wantsSummaries) viewer.offer(farewell);
      viewer.keep(message);
      if (told < STATES_AT_ONCE) viewer.tellWaiting();
    }
  }

  /** Tells those who show the camera in full, and keeps the verdict for the others. One that is behind misses it. */
  broadcast(message: DecisionMessage): void {
    this.#wall.takeDecision(message, performance.now());
    this.#tell(
      (viewer) => viewer.isInFull(message.camera),
      () => JSON.stringify(message),
    );
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #greet(viewer: Viewer): void {
    viewer.welcome(this.#welcome);
    for (const camera of this.#cameras) viewer.keep(camera.describe(true));
    viewer.tellWaiting();
  }

  #guarded(what: string, camera: LiveCamera, run: () => void): void {
    const end = (): void => {
      camera.terminate();
    };
    this.#guard(what, end, run);
  }

  /** Pictures of cameras that are shown in full, and what it is time for of all of them. */
  #showCameras(): void {
    const now = performance.now();
    const wantsThumbnails = this.#some((viewer) => viewer.wantsThumbnails);
    const pictured = new Set<string>();
    let place = 0;
    for (const camera of this.#cameras) {
      const { name } = camera;
      const digest = this.#wall.enter(camera, now);
      const isOfFirst = place++ < MOST_PICTURES;
      const isFor = (viewer: Viewer): boolean =>
        viewer.isInFull(name) && (isOfFirst || viewer.wantsSummaries);
      if (!this.#some(isFor)) continue;
      pictured.add(name);
      this.#guarded('display', camera, () => {
        const frame = camera.takeDisplay();
        if (frame === null) return;
        if (wantsThumbnails) digest.takeFrame(frame);
        this.#tell(isFor, () => encodeDisplay(this.#frames++, frame));
      });
    }
    const { summaries, thumbnails } = this.#wall.turn(now, {
      summaries: this.#some((viewer) => viewer.wantsSummaries),
      thumbnails: wantsThumbnails,
      isPictured: (name) => pictured.has(name),
      isInFull: (name) => this.#some((viewer) => viewer.isInFull(name)),
    });
    if (summaries !== null)
      this.#tell(
        (viewer) => viewer.wantsSummaries,
        () => summaries,
      );
    if (thumbnails !== null)
      this.#tell(
        (viewer) => viewer.wantsThumbnails,
        () => thumbnails,
      );
  }

  #tellStats(): void {
    const now = performance.now();
    for (const camera of this.#cameras) {
      const isFor = (viewer: Viewer): boolean => viewer.isInFull(camera.name);
      if (!this.#some(isFor)) continue;
      this.#guarded('statistics', camera, () => {
        const stats = camera.takeStats();
        if (stats === null) return;
        this.#wall.enter(camera, now).takeStats(stats);
        this.#tell(isFor, () => JSON.stringify(stats));
      });
    }
  }

  /** Offers a message to some; it is made if there is one of them. */
  #tell(isFor: (viewer: Viewer) => boolean, make: () => string | Uint8Array): void {
    let message: string | Uint8Array | undefined;
    for (const viewer of this.#viewers) if (isFor(viewer)) viewer.offer((message ??= make()));
  }

  #some(isSo: (viewer: Viewer) => boolean): boolean {
    for (const viewer of this.#viewers) if (isSo(viewer)) return true;
    return false;
  }
}

function welcomeOf(model: Model): string {
  return JSON.stringify(viewerWelcome(model, randomUUID()));
}
