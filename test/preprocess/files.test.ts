import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEntry } from '../../datasets/index.ts';
import { writeWhole } from '../../src/preprocess/index.ts';
import { sameSensor } from '../../src/events/index.ts';
import { partOf, stagingOf, sweepParts, writePart } from '../../src/preprocess/write-whole.ts';
import { HashedRecording, hashRecording, sourceState } from '../../src/preprocess/source-state.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('writing whole files', () => {
  it('makes folders on the way, replaces what is there, leaves nothing else', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'a/b/c.npz');
    await writeWhole(file, 'old');
    await writeWhole(file, Uint8Array.of(1, 2));
    expect([...readFileSync(file)]).toEqual([1, 2]);
    expect(readdirSync(path.dirname(file))).toEqual(['c.npz']);
  });

  it('leaves nothing when it fails', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'taken'));
    await expect(writeWhole(path.join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('parts of several machines go with their folder, and none can be left behind it', async () => {
    const folder = temporaryFolder();
    const staging = { folder: stagingOf(folder), tag: '1-a' };
    const file = path.join(folder, 'a/b.npz');
    mkdirSync(staging.folder);
    writePart(file, Uint8Array.of(1), staging);
    // Of a run that was killed while it took one away.
    mkdirSync(`${staging.folder}.old`);
    expect(partOf(file, staging)).not.toBe(partOf(file, { ...staging, tag: '1-b' }));
    await sweepParts(folder);
    expect(readdirSync(folder)).toEqual([]);
    expect(() => {
      writePart(file, Uint8Array.of(1), staging);
    }).toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the state of a recording', () => {
  it('is its size and time, and the hash of all its bytes, whether they were read or not', async () => {
    const file = path.join(temporaryFolder(), 'a.bin');
    writeFileSync(file, 'some bytes');
    const entry = await openEntry(file);
    expect(sourceState(entry)).toEqual({ bytes: 10, mtimeMs: statSync(file).mtimeMs });
    const sha256 = createHash('sha256').update('some bytes').digest('hex');
    expect(await hashRecording(entry)).toBe(sha256);
    expect(await new HashedRecording(entry).sha256()).toBe(sha256);
    const whole = new HashedRecording(entry);
    for await (const chunk of whole.entry.open()) expect(chunk.length).toBe(10);
    writeFileSync(file, 'others since');
    expect(await whole.sha256()).toBe(sha256);
  });
});

it('sizes are one if width and height are', () => {
  const size = { width: 3, height: 4 };
  expect(
    [{ ...size }, { ...size, width: 4 }, { ...size, height: 3 }].map((other) => sameSensor(size, other)),
  ).toEqual([true, false, false]);
});
