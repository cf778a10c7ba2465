/** Which cameras have series of their own: names come from outside, series must not. */

/** Stands for all cameras without series of their own. */
export const OTHER_CAMERAS = 'other';

/** See {@link CameraLabels}. */
export interface CameraLabelsOptions {
  /** Most cameras with a label of their own. */
  readonly max: number;
  /** A camera that has been gone for so long loses it. */
  readonly forgetMs: number;
  /** Told of a label that nothing has any more. */
  readonly onForget: (label: string) => void;
  /** Milliseconds. Default `performance.now`. */
  readonly clock?: () => number;
}

/** First come, first served. */
export class CameraLabels {
  readonly #options: Required<CameraLabelsOptions>;
  /** How many users a label has, and since when none. */
  readonly #labels = new Map<string, { users: number; unusedSince: number }>();

  constructor(options: CameraLabelsOptions) {
    this.#options = { clock: () => performance.now(), ...options };
  }

  /** The label under which a camera counts. To be given back with {@link release}. */
  take(camera: string): string {
    this.forget();
    const known = this.#labels.get(camera);
    if (known !== undefined) known.users++;
    else if (camera === OTHER_CAMERAS || this.#labels.size >= this.#options.max) return OTHER_CAMERAS;
    else this.#labels.set(camera, { users: 1, unusedSince: 0 });
    return camera;
  }

  release(label: string): void {
    const known = this.#labels.get(label);
    if (known === undefined) return;
    known.users--;
    known.unusedSince = this.#options.clock();
  }

  /** Forgets those that have been unused for long. */
  forget(): void {
    const { clock, forgetMs, onForget } = this.#options;
    const now = clock();
    for (const [label, { users, unusedSince }] of this.#labels) {
      if (users > 0 || now - unusedSince < forgetMs) continue;
      this.#labels.delete(label);
      onForget(label);
    }
  }
}
