/** The end of a server, within a stated time whatever its peers do. */
import type { Server } from 'node:http';
import type { LiveCamera } from './camera/live-camera.ts';
import type { FrontDoor } from './http/front-door.ts';
import { CLOSE_CODES } from './protocol/index.ts';

/** See {@link shutDown}. */
export interface ShutdownOptions {
  readonly http: Server;
  readonly door: FrontDoor;
  readonly cameras: Iterable<LiveCamera>;
  /** Half of it is for open windows, what is left for goodbyes. */
  readonly withinMs: number;
  /** Dashboards have seen the last decisions. */
  readonly onDecided: () => void;
}

/** Decides open windows, tells every camera its counts, says goodbye to all, and stops listening. */
export async function shutDown(options: ShutdownOptions): Promise<void> {
  const { http, door, cameras, withinMs, onDecided } = options;
  const patience = setTimeout(() => {
    for (const client of door.clients) client.terminate();
    http.closeAllConnections();
  }, withinMs);
  await Promise.all([...cameras].map((camera) => camera.finish(withinMs / 2)));
  onDecided();
  for (const client of door.clients) {
    if (client.isPaused) client.resume();
    client.close(CLOSE_CODES.goingAway, 'shutting down');
  }
  await door.close();
  clearTimeout(patience);
  http.closeAllConnections();
  await new Promise<void>((resolve) => http.close(() => resolve()));
}
