/** Packs as tar archives, of as many samples as fit. */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { extract, pack } from 'tar-stream';
import { PreprocessError } from '../errors.ts';
import { byPart, type PackForm, type PackItem, type PlannedPack } from './pack-form.ts';

const BLOCK_BYTES = 512;
/** Two empty blocks. */
const END_BYTES = 2 * BLOCK_BYTES;
/** Longer names have a header of their own. */
const SHORT_NAME_BYTES = 100;
const DIGITS = 6;
const IS_PACK = /^(?:train|validation|test|all)-\d{6}\.tar$/;

/** See the file comment. */
export const tarPacks: PackForm = {
  extension: '.tar',
  isPack: (name) => IS_PACK.test(name),
  safeName: (name) => name.replaceAll('.', '_'),
  plan: (items, { packBytes }) =>
    [...byPart(items)].flatMap(([part, own]) =>
      shards(shuffled(own), packBytes).map((shard, i): PlannedPack => ({
        name: `${part ?? 'all'}-${String(i).padStart(DIGITS, '0')}.tar`,
        items: shard,
      })),
    ),
  describe: (item) => [item.output.path, item.output.sha256, statement(item)],
  write: async (file, items, locate) => {
    const archive = pack();
    const written = writeStream(file, archive as AsyncIterable<Uint8Array>);
    for (const item of items) {
      for (const { name, bytes } of members(item, () => readFileSync(locate(item.output))))
        await new Promise<void>((resolve, reject) => {
          archive.entry({ name, mtime: new Date(0), mode: 0o644 }, bytes, (error) => {
            if (error) reject(error);
            else resolve();
          });
        });
    }
    archive.finalize();
    return written;
  },
  unpack: async (file, outputs, locate) => {
    const wanted = new Map(outputs.map((output) => [memberName(output), output]));
    const archive = extract();
    createReadStream(file).pipe(archive);
    for await (const entry of archive) {
      const output = wanted.get(entry.header.name);
      if (output === undefined) {
        entry.resume();
        continue;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
      const to = locate(output);
      mkdirSync(path.dirname(to), { recursive: true });
      writeFileSync(to, Buffer.concat(chunks));
    }
  },
};

/** In an order that only names decide. */
function shuffled(items: readonly PackItem[]): PackItem[] {
  const keyed = items.map((item) => ({
    item,
    key: createHash('sha256').update(memberName(item.output.path)).digest('hex'),
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}

function shards(items: readonly PackItem[], most: number): PackItem[][] {
  const found: PackItem[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const more = membersBytes(item);
    if (bytes + more > most) {
      found.push([]);
      bytes = END_BYTES;
    }
    found.at(-1)!.push(item);
    bytes += more;
  }
  return found;
}

/** What stands beside an output: class and description. */
function statement({ id, className, label, output }: PackItem): { cls: string; json: string } {
  const { window, events } = output;
  return { cls: String(label), json: JSON.stringify({ id, class: className, window, events }) };
}

function members(item: PackItem, read: () => Buffer): { name: string; bytes: Buffer }[] {
  const name = memberName(item.output.path);
  const { cls, json } = statement(item);
  const key = name.slice(0, -path.extname(name).length);
  return [
    { name, bytes: unchanged(item, read()) },
    { name: `${key}.cls`, bytes: Buffer.from(cls) },
    { name: `${key}.json`, bytes: Buffer.from(json) },
  ];
}

function unchanged({ output }: PackItem, bytes: Buffer): Buffer {
  if (createHash('sha256').update(bytes).digest('hex') === output.sha256) return bytes;
  throw new PreprocessError(
    'OUTPUT_CHANGED',
    `${output.path} is not as it was written any more. Run the same command again: it is made anew.`,
  );
}

function membersBytes(item: PackItem): number {
  const { cls, json } = statement(item);
  const name = Buffer.byteLength(memberName(item.output.path)) + '.json'.length;
  const header = BLOCK_BYTES + (name > SHORT_NAME_BYTES ? BLOCK_BYTES + blocks(name + 32) : 0);
  const sizes = [item.output.bytes, cls.length, Buffer.byteLength(json)];
  return sizes.reduce((sum, size) => sum + header + blocks(size), 0);
}

function blocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** Paths in the archive begin in the folder of outputs. */
function memberName(output: string): string {
  return output.slice(output.indexOf('/') + 1);
}

async function writeStream(
  file: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(file, 'w');
  try {
    for await (const chunk of stream) {
      hash.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    }
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
