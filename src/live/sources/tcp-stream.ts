/** One connection whose bytes are a stream of events. */
import type { Socket } from 'node:net';
import type { StreamDecoding } from './stream-decoding.ts';

/** A connection of a machine that is gone is noticed within a minute. */
const KEEP_ALIVE_MS = 30_000;

/** Moves bytes from a connection to the decoding of its source. Garbage and errors end the connection, nothing else. */
export class TcpStream {
  readonly #socket: Socket;
  readonly #decoding: StreamDecoding;
  #over = false;
  #heardAt = performance.now();
  #bytes = 0;

  /** @param onEnd called once, with what the connection ended with, if that is an error. */
  constructor(
    socket: Socket,
    decoding: StreamDecoding,
    { name, paused, onEnd }: { name: string; paused: boolean; onEnd: (error: Error | null) => void },
  ) {
    this.#socket = socket;
    this.#decoding = decoding;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    decoding.begin(name);
    let failure: Error | null = null;
    socket.on('data', (bytes) => {
      this.#heardAt = performance.now();
      this.#bytes += bytes.length;
      if (!this.#over && !decoding.push(bytes, this.#heardAt)) {
        this.#over = true;
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      if (!this.#over) decoding.end();
      this.#over = true;
      onEnd(failure);
    });
    if (paused) socket.pause();
  }

  /** Bytes that came. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Milliseconds since bytes came, or since the beginning. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  setPaused(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Ends it; what came is decoded. */
  destroy(): void {
    if (!this.#over) this.#decoding.end();
    this.#over = true;
    this.#socket.destroy();
  }
}
