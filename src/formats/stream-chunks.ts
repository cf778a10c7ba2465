/**
 * The chunks of a stream of bytes, where not all browsers iterate over one. Who stops early does not wait for the other side: the
 * stream is told, and what it says to that is nobody's.
 */
export async function* streamChunks(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
