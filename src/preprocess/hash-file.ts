import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What a file holds. */
export interface HashedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads a whole file. @throws what keeps it from being read. */
export async function hashFile(location: string): Promise<HashedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(location) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
