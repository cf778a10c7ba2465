/** A process among others: it is there as long as it keeps its lease. */
import type { EventBus } from './event-bus.ts';
import type { KeyValue } from './key-value.ts';

/** Times of leases. */
export interface LeaseTimes {
  /** Who does not renew for so long is gone. */
  readonly ttlMs: number;
  /** Between renewals. */
  readonly renewMs: number;
}

/** A process that dies is noticed within these 2 s, and whoever looks does so ten times a second. */
export const LEASE_TIMES: LeaseTimes = { ttlMs: 2000, renewMs: 500 };

/** Of `ttlMs`: so much earlier a lease ends for whoever has it than for all others. Clocks differ by less in two seconds. */
const MARGIN = 0.1;

/** What a member says of itself. */
export interface MemberNote {
  readonly id: string;
  /** Of the lease; `null`: it leaves. */
  readonly revision: number | null;
  readonly info: unknown;
}

/** See {@link Membership}. */
export interface MembershipOptions {
  readonly bus: EventBus;
  /** Bucket of leases; its values live for `ttlMs`. */
  readonly leases: KeyValue;
  /** `worker`, `gateway`. */
  readonly kind: string;
  /** Of this process, and of no other: as a key. */
  readonly id: string;
  readonly times: LeaseTimes;
  /** What others should know, asked at each renewal. */
  readonly info: () => unknown;
  /** Told when the lease is there, and when it is not any more. */
  readonly onChange: (isHeld: boolean) => void;
}

/** Subject on which members of a kind say that they are there. */
export const memberSubject = (kind: string, id: string): string => `saccade.member.${kind}.${id}`;
/** Subject on which they are asked to. */
export const rollCallSubject = (kind: string): string => `saccade.rollcall.${kind}`;

const encode = (note: MemberNote): Uint8Array => new TextEncoder().encode(JSON.stringify(note));

/**
 * Keeps a lease by compare and set, and tells all who listen. By this process' own clocks the lease ends before it ends for
 * others: who cannot renew it stops in time. Both clocks count, as one stands still while a virtual machine is suspended, and
 * the other may be set.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #stops: (() => void)[] = [];
  /** Resolves when the lease is there for the first time. */
  readonly joined: Promise<void>;
  #onJoined!: () => void;
  #revision: number | null = null;
  #until = { clock: -Infinity, wall: -Infinity };
  #wasHeld = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.joined = new Promise((resolve) => (this.#onJoined = resolve));
    const { bus, kind } = options;
    this.#stops.push(
      bus.subscribe(rollCallSubject(kind), () => {
        this.#announce();
      }),
      bus.listen((isConnected) => {
        if (isConnected) this.#soon(0);
      }),
    );
    this.#soon(0);
  }

  get id(): string {
    return this.#options.id;
  }

  /** Whether this process may act as the one that it is. */
  get isHeld(): boolean {
    return performance.now() < this.#until.clock && Date.now() < this.#until.wall;
  }

  /** Tells others at once what has changed. */
  announce(): void {
    this.#announce();
  }

  /** Gives the lease up. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    await this.#renewing;
    // Nobody is surprised.
    this.#wasHeld = false;
    this.#lose();
    const { bus, kind, id, leases } = this.#options;
    const revision = this.#revision;
    this.#revision = null;
    bus.publish(memberSubject(kind, id), encode({ id, revision: null, info: null }));
    if (revision !== null) await leases.remove(id, revision).catch(() => undefined);
    await bus.flush().catch(() => undefined);
  }

  #soon(ms: number): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
        this.#soon(this.#options.times.renewMs);
      });
    }, ms);
  }

  async #renew(): Promise<void> {
    const { leases, id, times } = this.#options;
    const [clock, wall] = [performance.now(), Date.now()];
    const value = new TextEncoder().encode(id);
    try {
      const before = this.#revision;
      let revision =
        before === null ? await leases.create(id, value) : await leases.update(id, value, before);
      // Nobody else has this key: the answer to an earlier attempt was lost, or the lease ran out.
      revision ??= await this.#adopt(value);
      this.#revision = revision;
      if (revision === null) return;
      // It ran out meanwhile, and others may have seen it.
      if (!this.isHeld) this.#lose();
      const lasts = times.ttlMs * (1 - MARGIN);
      this.#until = { clock: clock + lasts, wall: wall + lasts };
    } catch {
      // The server is away; the lease ends by itself.
      return;
    }
    this.#watchExpiry();
    if (!this.#wasHeld && this.isHeld) {
      this.#wasHeld = true;
      this.#onJoined();
      this.#options.onChange(true);
    }
    this.#announce();
  }

  async #adopt(value: Uint8Array): Promise<number | null> {
    const { leases, id } = this.#options;
    const entry = await leases.get(id);
    return entry === null ? leases.create(id, value) : leases.update(id, value, entry.revision);
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(
      () => {
        if (this.isHeld) this.#watchExpiry();
        else this.#lose();
      },
      Math.max(1, this.#until.clock - performance.now()),
    );
  }

  #lose(): void {
    clearTimeout(this.#expiry);
    this.#until = { clock: -Infinity, wall: -Infinity };
    if (!this.#wasHeld) return;
    this.#wasHeld = false;
    this.#options.onChange(false);
  }

  #announce(): void {
    const { bus, kind, id, info } = this.#options;
    if (!this.isHeld || this.#isOver) return;
    bus.publish(memberSubject(kind, id), encode({ id, revision: this.#revision, info: info() }));
  }
}
