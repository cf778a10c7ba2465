/** Who has which name. */
import type { LiveCamera } from '../camera/live-camera.ts';

/**
 * The cameras that are connected, by name. A camera that comes back under its name replaces its old connection: at once
 * if it knows that connection's session, else if the old one shows no sign of life for a while.
 */
export class CameraRegistry implements Iterable<LiveCamera> {
  readonly #cameras = new Map<string, LiveCamera>();
  readonly #contested = new Set<string>();
  readonly #takeoverMs: number;

  /** @param takeoverMs how long an old connection has to show a sign of life. */
  constructor(takeoverMs: number) {
    this.#takeoverMs = takeoverMs;
  }

  [Symbol.iterator](): Iterator<LiveCamera> {
    return this.#cameras.values();
  }

  /**
   * Claims a name.
   *
   * @param session what the newcomer knows of an earlier connection.
   * @returns whether it is the newcomer's now.
   */
  async claim(name: string, newcomer: LiveCamera, session: string | undefined): Promise<boolean> {
    const holder = this.#cameras.get(name);
    if (holder !== undefined && holder.session !== session) {
      if (this.#contested.has(name)) return false;
      this.#contested.add(name);
      const alive = await holder.showsLife(this.#takeoverMs);
      this.#contested.delete(name);
      const current = this.#cameras.get(name);
      if (current !== undefined && (alive || current !== holder)) return false;
    }
    if (!newcomer.isOpen) return false;
    this.#cameras.set(name, newcomer);
    holder?.terminate();
    return true;
  }

  /** @returns whether the name was this connection's, and is free now. */
  release(name: string, connection: LiveCamera): boolean {
    return this.#cameras.get(name) === connection && this.#cameras.delete(name);
  }

  /** Ends connections whose peers are gone, so that there is room for others soon. */
  endDead(): void {
    for (const [name, connection] of this.#cameras) {
      if (this.#contested.has(name)) continue;
      this.#contested.add(name);
      void connection.showsLife(this.#takeoverMs).then((alive) => {
        this.#contested.delete(name);
        if (!alive) connection.terminate();
      });
    }
  }
}
