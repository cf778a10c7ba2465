/** Memory that stages use one after the other: as large as the largest of them needs. */
import type { Layout } from './space.ts';

/** What is in a room, and until when. */
export type RoomName =
  /** Gradients at the maps, of a layer and the one before it in turn. */
  | 'evenMaps'
  | 'oddMaps'
  /** Gradient at the currents of the layer in hand. */
  | 'currents'
  /** Lists of a frame. */
  | 'starts'
  | 'entries'
  | 'channelStarts'
  | 'channelEntries'
  /** Sums of eight frames. */
  | 'tables'
  | 'lanes'
  /** Of a rounded gradient: a frame of int16, and what products on counters need. */
  | 'integers'
  | 'counting'
  | 'magnitudes'
  /** Of a neuron layer. */
  | 'neurons';

/** See the file comment. */
export class Rooms {
  readonly #bytes = new Map<RoomName, number>();
  readonly #addresses = new Map<RoomName, number>();

  need(room: RoomName, bytes: number): void {
    this.#bytes.set(room, Math.max(bytes, this.#bytes.get(room) ?? 0));
  }

  /** Gives the rooms their places, when all stages have said what they need. */
  settle(layout: Layout): void {
    for (const [room, bytes] of this.#bytes) this.#addresses.set(room, layout.reserve(bytes));
  }

  /** A room's address, after {@link Rooms.settle}. */
  at(room: RoomName): number {
    return this.#addresses.get(room)!;
  }
}
