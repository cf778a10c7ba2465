import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import { joinBytes } from '../../src/formats/bytes.ts';
import type { ImageParameters } from '../../src/preprocess/index.ts';
import { decodeJobs, encodeJobs, type JobMessage } from '../../src/preprocess/queue/job-message.ts';
import { saccade } from '../helpers/cli.ts';
import { cifarRecord, drawnPlanes, jpegOf } from '../helpers/images.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { treeOf } from '../helpers/tree.ts';

const size32 = { width: 32, height: 32 };
const main = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

/** The built command, with its worker threads. */
function preprocess(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'preprocess', ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

/** Two batches whose records have the same numbers. */
function cifar(): string {
  const root = temporaryFolder();
  const batch = (from: number): Uint8Array => joinBytes([cifarRecord([3], from), cifarRecord([3], from + 1)]);
  writeFileSync(path.join(root, 'data_batch_1.bin'), batch(0));
  writeFileSync(path.join(root, 'data_batch_2.bin'), batch(2));
  writeFileSync(path.join(root, 'test_batch.bin'), cifarRecord([9], 4));
  return root;
}

describe('preprocessing images', { timeout: 60_000 }, () => {
  it('writes each at all time steps, once, and finds it again', () => {
    const [data, out] = [cifar(), temporaryFolder()];
    const run = [data, '--out', out, '--steps', '3', '--workers', '1'];
    const first = preprocess(...run);
    expect(first.err).toBe('');
    expect(first.out).toContain('5 written, 0 reused, 0 failed, of 5\n');
    const folder = path.join(out, 'frames_number_3_direct');
    for (const [file, label, number] of [
      ['train/cat/data_batch_1_0', 3, 0],
      ['train/cat/data_batch_1_1', 3, 1],
      ['train/cat/data_batch_2_0', 3, 2],
      ['test/truck/test_batch_0', 9, 4],
    ] as const) {
      const { shape, data: frames } = readNpzFrames(readFileSync(path.join(folder, `${file}.npz`)), file);
      const image = drawnPlanes(label, number, size32);
      expect(shape).toEqual([3, 3, 32, 32]);
      expect(frames).toEqual(joinBytes([image, image, image]));
    }
    expect(preprocess(...run).out).toContain('0 written, 5 reused');
    expect(preprocess('--check', folder).code).toBe(0);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({
      parameters: {
        dataset: 'cifar10',
        images: { codec: 'rgb-planes', size: size32 },
        steps: 3,
        dtype: 'uint8',
      },
      recordings: 5,
    });
  });

  it('reads them from the archive as it was downloaded, in several threads', () => {
    const data = cifar();
    const packed = temporaryFolder();
    const archive = path.join(packed, 'cifar-10-binary.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', data, '.']);
    const run = (place: string): [string, ReturnType<typeof preprocess>] => {
      const out = temporaryFolder();
      return [
        path.join(out, 'frames_number_3_direct'),
        preprocess(place, '--out', out, '--steps', '3', '--workers', '2'),
      ];
    };
    const [[wanted], [found, first]] = [run(data), run(packed)];
    expect(first.out).toContain('5 written, 0 reused, 0 failed, of 5\n');
    const frames = (folder: string): unknown =>
      Object.entries(treeOf(folder)).filter(([name]) => name.endsWith('.npz'));
    expect(frames(found)).toEqual(frames(wanted));
    const again = ['--out', path.dirname(found), '--steps', '3', '--workers', '2'];
    expect(preprocess(archive, ...again)).toMatchObject({
      err: '',
      out: expect.stringContaining('0 written, 5 reused') as string,
    });
  });

  it('takes other forms and element types', () => {
    const [data, out] = [cifar(), temporaryFolder()];
    const more = ['--steps', '2', '--form', 'safetensors', '--dtype', 'float32', '--workers', '1'];
    expect(preprocess(data, '--out', out, ...more).code).toBe(0);
    const file = path.join(out, 'frames_number_2_direct_safetensors/test/truck/test_batch_0.safetensors');
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as {
      readonly frames: { readonly data_offsets: readonly [number, number] };
    };
    expect(header).toMatchObject({
      frames: { dtype: 'F32', shape: [2, 3, 32, 32] },
      __metadata__: { representation: 'direct', class: 'truck' },
    });
    const [from, to] = header.frames.data_offsets.map((offset) => 8 + length + offset);
    const values = new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer);
    const image = drawnPlanes(9, 4, size32);
    expect(Array.from(values)).toEqual([...image, ...image]);
  });

  it('names an image that is none, and counts those of greys', async () => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    const size = { width: 64, height: 64 };
    const folder = path.join(data, 'train/n00000001/images');
    mkdirSync(folder, { recursive: true });
    for (const [i, grey] of [false, true].entries())
      writeFileSync(
        path.join(folder, `n00000001_${i}.JPEG`),
        await jpegOf(drawnPlanes(0, i, size), size, { grey }),
      );
    writeFileSync(path.join(folder, 'n00000001_2.JPEG'), '<html>');
    const { code, out: text } = preprocess(data, '--out', out, '--steps', '1', '--workers', '1');
    expect(code).not.toBe(0);
    expect(text).toContain('2 written, 0 reused, 1 failed, of 3');
    expect(text).toMatch(/failed .*n00000001_2\.JPEG: BAD_IMAGE: Byte 0: this is no JPEG/);
    expect(text).toContain('greys, which stand in red, green and blue alike');
  });

  it('refuses what is of recordings', async () => {
    const [data, out] = [cifar(), temporaryFolder()];
    for (const flags of [
      ['--events'],
      ['--by', 'time', '--steps', '1'],
      ['--augment', 'event-drop'],
      ['--windows', 'all'],
    ]) {
      const { code, err } = await saccade('preprocess', data, '--out', out, ...flags);
      expect({ flags, code }).toEqual({ flags, code: 2 });
      expect(err).toContain(`${flags[0]!} is of recordings of events, and CIFAR-10 is of images`);
    }
  });

  it('goes through a queue as it is', () => {
    const parameters: ImageParameters = {
      ...{ dataset: 'cifar10', steps: 2, dtype: 'uint8', form: 'npz', packBytes: 1000 },
      images: { codec: 'rgb-planes', size: size32 },
    };
    const job = {
      ...{ id: 'test_batch.bin/0', location: '/d/test_batch.bin!1+3072', bytes: 3072 },
      ...{ clip: null, geometry: null, frames: size32, label: null, drawn: null },
      target: 'frames_number_2_direct/test/truck/test_batch_0',
    };
    const message: JobMessage = {
      ...{ version: '1', parameters, out: '/out', opening: {}, timeoutMs: 1000 },
      recordings: [{ job, location: job.location, source: { bytes: 3072, mtimeMs: 1, sha256: null } }],
    };
    const { id, body } = encodeJobs(message);
    expect(decodeJobs(id, body)).toEqual(message);
    const wrong = encodeJobs({ ...message, parameters: { ...parameters, steps: 0 } });
    expect(() => decodeJobs(wrong.id, wrong.body)).toThrow(
      expect.objectContaining({ code: 'BAD_MESSAGE' }) as Error,
    );
  });
});
