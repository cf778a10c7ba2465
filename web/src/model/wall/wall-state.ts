/** All cameras of a server: a push class without DOM. */
import type {
  CameraMessage,
  CameraSummary,
  DecisionMessage,
  DisplayFrame,
  StatsMessage,
  ViewerWelcome,
} from '../../../../src/live/client.ts';
import { CameraTile } from './camera-tile.ts';

/** Cameras that left and are remembered. */
const MOST_GONE = 200;

/** See the file comment. Cameras that left stay until they are forgotten, so that somebody notices. */
export class WallState {
  /** By name, in the order in which they came. */
  readonly tiles: Map<string, CameraTile> = new Map();
  #session: string | null = null;

  /** Cameras that are there. */
  get connected(): number {
    let count = 0;
    for (const { connected } of this.tiles.values()) if (connected) count++;
    return count;
  }

  /** Who is there is told after this: nobody is until then. */
  takeWelcome({ session }: Pick<ViewerWelcome, 'session'>, now: number): void {
    for (const tile of this.tiles.values()) {
      tile.leave(now);
      if (session !== this.#session) tile.forgetVerdicts();
    }
    this.#session = session;
  }

  takeCamera(message: CameraMessage, now: number): void {
    const known = this.tiles.get(message.camera);
    // One that left before the page came is no news.
    if (known === undefined && !message.connected) return;
    const tile = known ?? new CameraTile(message.camera, now);
    this.tiles.set(message.camera, tile);
    tile.takeCamera(message, now);
    if (!message.connected) this.#forgetOldest();
  }

  takeSummary(summary: CameraSummary, now: number): void {
    this.tiles.get(summary.camera)?.takeSummary(summary, now);
  }

  takeStats(stats: StatsMessage, now: number): void {
    this.tiles.get(stats.camera)?.takeStats(stats, now);
  }

  takeDecision(decision: DecisionMessage, now: number): void {
    this.tiles.get(decision.camera)?.takeDecision(decision, now);
  }

  takePicture(frame: DisplayFrame): void {
    this.tiles.get(frame.camera)?.takePicture(frame);
  }

  /** Those that left are shown no longer. */
  forgetGone(): void {
    for (const [name, { connected }] of this.tiles) if (!connected) this.tiles.delete(name);
  }

  #forgetOldest(): void {
    const gone = [...this.tiles.values()].filter(({ connected }) => !connected);
    if (gone.length <= MOST_GONE) return;
    const oldest = gone.reduce((a, b) => (b.changedAt < a.changedAt ? b : a));
    this.tiles.delete(oldest.name);
  }
}
