/** Memory that stages use one after the other: as large as the largest of them needs. */
import { Own } from './crew.ts';
import { Layout } from './space.ts';

/** What is in a room, and until when. */
export type RoomName =
  /** Gradients at the maps, of a layer and the one before it in turn. */
  | 'evenMaps'
  | 'oddMaps'
  /** Of a map that has several readers or not the next node: its own; and that of such a reader but the last. */
  | `map ${string}`
  | 'branch'
  /** Gradient at a residual addition, until both of its branches had it. */
  | `sum ${string}`
  /** Gradient at the currents of the layer in hand. */
  | 'currents'
  /** Lists of some frames, and of their rounded gradients the int16 numbers. */
  | 'listStarts'
  | 'listEntries'
  | 'integers'
  | 'mosts'
  /** Of a gradient's frames, before it is rounded. */
  | 'magnitudes'
  /** Of products on counters: rows of weights, and of some frames. */
  | 'signRows'
  | 'mapRows'
  | 'windows';

/** What each thread has for itself. */
export type OwnRoomName =
  /** Lists of a frame. */
  | 'starts'
  | 'entries'
  /** Sums of eight frames. */
  | 'tables'
  | 'lanes'
  /** What products on counters need. */
  | 'counting'
  | 'some'
  /** Of a neuron layer. */
  | 'neurons'
  /** Within a call. */
  | 'spare';

/** A block of addresses of which some are a thread's own, so that each thread has its copy of the block. */
export interface OwnBlock {
  readonly offset: number;
}

/** See the file comment. */
export class Rooms {
  readonly threads: number;
  readonly #bytes = new Map<RoomName | OwnRoomName, number>();
  readonly #addresses = new Map<RoomName | OwnRoomName, number>();
  readonly #own = new Layout();
  readonly #ownRooms = new Set<OwnRoomName>();
  #ownAddress = 0;

  constructor(threads = 1) {
    this.threads = threads;
  }

  need(room: RoomName, bytes: number): void {
    this.#raise(room, bytes);
  }

  needOwn(room: OwnRoomName, bytes: number): void {
    this.#ownRooms.add(room);
    this.#raise(room, bytes);
  }

  #raise(room: RoomName | OwnRoomName, bytes: number): void {
    this.#bytes.set(room, Math.max(bytes, this.#bytes.get(room) ?? 0));
  }

  /** A block that each thread has a copy of. */
  reserveBlock(bytes: number): OwnBlock {
    return { offset: this.#own.reserve(bytes) };
  }

  /** Gives the rooms their places, when all stages have said what they need. */
  settle(layout: Layout): void {
    const own = this.#ownRooms as ReadonlySet<RoomName | OwnRoomName>;
    for (const [room, bytes] of this.#bytes)
      this.#addresses.set(room, (own.has(room) ? this.#own : layout).reserve(bytes));
    this.#ownAddress = layout.reserve(this.threads * this.ownBytes);
  }

  /** From what a thread has for itself to that of the next one. */
  get ownBytes(): number {
    return this.#own.bytes;
  }

  /** A room's address, after {@link Rooms.settle}. */
  at(room: RoomName): number {
    return this.#addresses.get(room)!;
  }

  /** A room of the thread that runs a call. */
  own(room: OwnRoomName): Own {
    return new Own(this.ownAt(room, 0));
  }

  /** A room of a thread. */
  ownAt(room: OwnRoomName, thread: number): number {
    return this.#ownAddress + thread * this.ownBytes + this.#addresses.get(room)!;
  }

  /** A block of the thread that runs a call. */
  block(block: OwnBlock): Own {
    return new Own(this.blockAt(block, 0));
  }

  /** A block of a thread. */
  blockAt({ offset }: OwnBlock, thread: number): number {
    return this.#ownAddress + thread * this.ownBytes + offset;
  }
}
