/** Which stretches of a memory that grows are in use. */

interface Piece {
  readonly address: number;
  readonly bytes: number;
}

/**
 * An account of a memory's pieces: it takes no memory itself. Freed stretches that touch are one; what is free at the end is
 * no stretch.
 */
export class MemoryPieces {
  readonly #pieces = new Map<number, Piece>();
  /** Freed stretches, by address. */
  #holes: Piece[] = [];
  #end: number;

  /** @param start where the first piece begins. */
  constructor(start: number) {
    this.#end = start;
  }

  /** Behind the last piece. */
  get end(): number {
    return this.#end;
  }

  /** A piece in the first free stretch that is large enough; `null` where there is none. */
  fill(bytes: number): number | null {
    const index = this.#holes.findIndex((hole) => hole.bytes >= bytes);
    if (index < 0) return null;
    const { address, bytes: free } = this.#holes[index]!;
    if (free === bytes) this.#holes.splice(index, 1);
    else this.#holes[index] = { address: address + bytes, bytes: free - bytes };
    this.#pieces.set(address, { address, bytes });
    return address;
  }

  /** A piece behind all others. */
  append(bytes: number): number {
    const address = this.#end;
    this.#end += bytes;
    this.#pieces.set(address, { address, bytes });
    return address;
  }

  /** Ends a piece. @returns whether there was one. */
  free(address: number): boolean {
    const piece = this.#pieces.get(address);
    if (piece === undefined) return false;
    this.#pieces.delete(address);
    const holes = [...this.#holes, piece].sort((a, b) => a.address - b.address);
    this.#holes = [];
    for (const hole of holes) {
      const before = this.#holes.at(-1);
      if (before !== undefined && before.address + before.bytes === hole.address)
        this.#holes[this.#holes.length - 1] = { ...before, bytes: before.bytes + hole.bytes };
      else this.#holes.push(hole);
    }
    const last = this.#holes.at(-1);
    if (last !== undefined && last.address + last.bytes === this.#end) {
      this.#end = last.address;
      this.#holes.pop();
    }
    return true;
  }
}
