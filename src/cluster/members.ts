/** Which other processes are there. */
import type { EventBus } from './event-bus.ts';
import type { KeyValue } from './key-value.ts';
import { memberSubject, rollCallSubject, type LeaseTimes, type MemberNote } from './membership.ts';

/** Between looks. */
const LOOK_MS = 100;

/** See {@link Members}. */
export interface MembersOptions<Info> {
  readonly bus: EventBus;
  readonly leases: KeyValue;
  readonly kind: string;
  readonly times: LeaseTimes;
  /** What a member says of itself, `null` if it is of no use. */
  readonly read: (info: unknown) => Info | null;
  /** Somebody came, or says something else. */
  readonly onSeen?: (id: string, info: Info) => void;
  readonly onGone?: (id: string) => void;
}

interface Seen<Info> {
  info: Info;
  revision: number;
  at: number;
  asking: boolean;
}

/**
 * Keeps account of the members of a kind, by what they say. One that is silent for longer than its lease lasts is gone, if its
 * lease says so too: what it said may have been lost. While this process has no connection, or was stopped itself, nobody goes.
 */
export class Members<Info> implements Iterable<readonly [id: string, info: Info]> {
  readonly #options: MembersOptions<Info>;
  readonly #seen = new Map<string, Seen<Info>>();
  readonly #stops: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #lookedAt = performance.now();

  constructor(options: MembersOptions<Info>) {
    this.#options = options;
    const { bus, kind } = options;
    this.#stops.push(
      bus.subscribe(memberSubject(kind, '*'), ({ bytes }) => {
        this.#hear(bytes);
      }),
      bus.listen((isConnected) => {
        if (isConnected) this.#ask();
      }),
    );
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_MS);
    this.#ask();
  }

  get size(): number {
    return this.#seen.size;
  }

  get(id: string): Info | undefined {
    return this.#seen.get(id)?.info;
  }

  /** Since it said that it is there, milliseconds; while this process could not hear, that does not count. */
  silentMs(id: string): number {
    const seen = this.#seen.get(id);
    return seen === undefined ? Infinity : performance.now() - seen.at;
  }

  *[Symbol.iterator](): Iterator<readonly [string, Info]> {
    for (const [id, { info }] of this.#seen) yield [id, info];
  }

  /** Whether it has its lease, asked of who keeps leases. @throws ClusterError `UNREACHABLE` */
  async isAlive(id: string): Promise<boolean> {
    return (await this.#options.leases.get(id)) !== null;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const stop of this.#stops) stop();
  }

  #ask(): void {
    this.#options.bus.publish(rollCallSubject(this.#options.kind), new Uint8Array(0));
  }

  #hear(bytes: Uint8Array): void {
    const note = parseNote(bytes);
    if (note === null) return;
    const { id, revision, info } = note;
    if (revision === null) {
      this.#forget(id);
      return;
    }
    const known = this.#seen.get(id);
    const read = this.#options.read(info);
    if (read === null || (known !== undefined && known.revision > revision)) return;
    this.#seen.set(id, { info: read, revision, at: performance.now(), asking: false });
    this.#options.onSeen?.(id, read);
  }

  #forget(id: string): void {
    if (this.#seen.delete(id)) this.#options.onGone?.(id);
  }

  #look(): void {
    const now = performance.now();
    const missed = now - this.#lookedAt - LOOK_MS;
    this.#lookedAt = now;
    const { bus, times } = this.#options;
    // What came in the meantime has not been read yet.
    const unseen = bus.isConnected ? (missed > LOOK_MS ? missed : 0) : LOOK_MS + missed;
    for (const [id, seen] of this.#seen) {
      seen.at += unseen;
      if (now - seen.at > times.ttlMs && !seen.asking && bus.isConnected) void this.#confirm(id, seen);
    }
  }

  async #confirm(id: string, seen: Seen<Info>): Promise<void> {
    seen.asking = true;
    try {
      const entry = await this.#options.leases.get(id);
      if (this.#seen.get(id) !== seen) return;
      if (entry === null || entry.revision === seen.revision) this.#forget(id);
      else {
        seen.revision = entry.revision;
        seen.at = performance.now();
      }
    } catch {
      // Nobody knows now.
    } finally {
      seen.asking = false;
    }
  }
}

function parseNote(bytes: Uint8Array): MemberNote | null {
  try {
    const note = JSON.parse(new TextDecoder().decode(bytes)) as MemberNote;
    return typeof note.id === 'string' && (note.revision === null || typeof note.revision === 'number')
      ? note
      : null;
  } catch {
    return null;
  }
}
