/** What the page looks at: one camera, or the wall of all of them. */
import type { Watch } from '../../../src/live/client.ts';

/** A camera in full, `null` for whichever there is, or all of them. */
export type Look = { readonly kind: 'wall' } | { readonly kind: 'camera'; readonly camera: string | null };

/** From so many cameras on the page shows all of them by itself. */
const MANY = 2;

/**
 * See the file comment. The camera that people chose is shown, whatever comes; else the one that there is, until there are more:
 * then the wall, which stays.
 */
export class Focus {
  #chosen: string | null = null;
  #areMany = false;

  get look(): Look {
    if (this.#chosen === null && this.#areMany) return { kind: 'wall' };
    return { kind: 'camera', camera: this.#chosen };
  }

  /** So many cameras are there. */
  count(connected: number): void {
    if (connected >= MANY) this.#areMany = true;
  }

  /** People chose a camera; `null`: they chose none. */
  choose(camera: string | null): void {
    this.#chosen = camera;
  }

  /** People chose the wall. */
  showAll(): void {
    this.#chosen = null;
    this.#areMany = true;
  }
}

/**
 * What the server should be told of a look.
 *
 * @param isElsewhere the page shows recordings that it classifies itself.
 * @param isHidden nobody sees the page: the camera in full goes on, so that its charts have no gap.
 * @param followed the camera that is shown where nobody chose one.
 */
export function watchOf(
  look: Look,
  { isElsewhere, isHidden, followed }: { isElsewhere: boolean; isHidden: boolean; followed: string | null },
): Omit<Watch, 'type'> {
  if (isElsewhere) return { camera: null, thumbnails: false };
  if (look.kind === 'wall') return { camera: null, thumbnails: !isHidden };
  return { camera: look.camera ?? followed, thumbnails: false };
}

/** The camera that an address names. */
export function cameraOfHash(hash: string): string | null {
  const camera = new URLSearchParams(hash.slice(1)).get('camera');
  return camera === '' ? null : camera;
}

/** The address's part for a camera, or for none; other parameters stay. */
export function hashFor(hash: string, camera: string | null): string {
  const parameters = new URLSearchParams(hash.slice(1));
  if (camera === null) parameters.delete('camera');
  else parameters.set('camera', camera);
  return parameters.size > 0 ? `#${parameters.toString()}` : '';
}
