/** Who tried wrong tokens, and too often. */

/** See {@link RefusedAttempts}. */
export interface RefusedAttemptsOptions {
  /** Wrong tokens that an address may send within `perMs`; then nothing of it is looked at. */
  readonly most: number;
  readonly perMs: number;
}

/** Addresses that are remembered; beyond, the one that has been there longest is forgotten. */
const MAX_ADDRESSES = 10_000;

/** Counts by address. A window begins with the first wrong attempt and is over after `perMs`. */
export class RefusedAttempts {
  readonly #options: RefusedAttemptsOptions;
  readonly #windows = new Map<string, { readonly until: number; count: number }>();

  constructor(options: RefusedAttemptsOptions) {
    this.#options = options;
  }

  /** Milliseconds for which nothing of this address is looked at; 0 if it may try. */
  waitOf(address: string): number {
    const window = this.#windows.get(address);
    if (window === undefined) return 0;
    const left = window.until - performance.now();
    if (left <= 0) this.#windows.delete(address);
    return left > 0 && window.count >= this.#options.most ? left : 0;
  }

  /** Notes a wrong attempt. */
  note(address: string): void {
    const window = this.#windows.get(address);
    if (window !== undefined && window.until > performance.now()) {
      window.count++;
      return;
    }
    this.#windows.delete(address);
    this.#windows.set(address, { until: performance.now() + this.#options.perMs, count: 1 });
    if (this.#windows.size > MAX_ADDRESSES) this.#windows.delete(this.#windows.keys().next().value!);
  }
}
