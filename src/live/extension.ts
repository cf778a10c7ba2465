/** What stands beside a live server and is no part of it: it measures, records, answers paths of its own. */
import type { FeedHost } from './camera/feed-host.ts';
import type { LiveCamera } from './camera/live-camera.ts';
import type { HttpRoute } from './http/routes.ts';

/** A running server as its extensions see it. */
export interface LiveServerView {
  /** Those that are connected. */
  readonly cameras: Iterable<LiveCamera>;
  /** Connections of cameras, also of those that have not said hello, and of dashboards. */
  readonly cameraCount: number;
  readonly viewerCount: number;
  /** Bytes that wait for peers to read them. */
  readonly unsentBytes: number;
  readonly isDraining: boolean;
}

/** See the file comment. One serves one server. */
export interface LiveExtension {
  /** Paths that it answers. */
  readonly routes?: readonly HttpRoute[];
  /** Stands between cameras and where their events become decisions. The first of several is next to the cameras. */
  readonly wrapFeeds?: (feeds: FeedHost) => FeedHost;
  /** Asked by `/readyz`: why no work should be sent here, `null` if there is no reason. */
  readonly problem?: () => string | null;
  /** Before the server listens. */
  readonly attach?: (server: LiveServerView) => void;
  /** A camera's connection is gone; what it sent may still be classified. */
  readonly onLeave?: (camera: LiveCamera) => void;
  /** All connections are gone. */
  readonly close?: () => Promise<void>;
}

/** The extensions of a server. */
export class Extensions {
  readonly #list: readonly LiveExtension[];

  constructor(list: readonly LiveExtension[]) {
    this.#list = list;
  }

  get routes(): HttpRoute[] {
    return this.#list.flatMap(({ routes = [] }) => routes);
  }

  get problems(): string[] {
    return this.#list.map((extension) => extension.problem?.() ?? null).filter((problem) => problem !== null);
  }

  wrapFeeds(feeds: FeedHost): FeedHost {
    return this.#list.reduceRight((inner, extension) => extension.wrapFeeds?.(inner) ?? inner, feeds);
  }

  attach(server: LiveServerView): void {
    for (const extension of this.#list) extension.attach?.(server);
  }

  onLeave(camera: LiveCamera): void {
    for (const extension of this.#list) extension.onLeave?.(camera);
  }

  async close(): Promise<void> {
    for (const extension of this.#list) await extension.close?.();
  }
}
