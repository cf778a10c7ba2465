import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine, createOracleEngine, evaluateClips } from '../../src/inference/index.ts';
import { readAnyModel, takesImages } from '../../src/network/index.ts';
import { openDataset, readLabelledClips } from '../../datasets/index.ts';
import { joinBytes } from '../../src/formats/bytes.ts';
import { saccade } from '../helpers/cli.ts';
import { cifarRecord, drawnPlanes, jpegOf } from '../helpers/images.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');
const recordings = path.join(root, 'examples/recordings/nmnist');
const nmnist = path.join(root, 'models/nmnist.safetensors');

/** A small CIFAR-10 of four drawn classes. */
function drawnCifar(training = 96, testing = 32): string {
  const folder = temporaryFolder();
  const batch = (count: number, from: number): Uint8Array =>
    joinBytes(Array.from({ length: count }, (_, i) => cifarRecord([i % 4], from + i)));
  writeFileSync(path.join(folder, 'data_batch_1.bin'), batch(training, 0));
  writeFileSync(path.join(folder, 'test_batch.bin'), batch(testing, 10_000));
  return folder;
}

const SMALL = ['--steps', '2', '--batch', '8', '--shift', '0'];

/** A model of the drawn images. */
async function trained(
  data: string,
  ...more: string[]
): Promise<{ model: string; out: string; err: string }> {
  const model = path.join(temporaryFolder(), 'm.safetensors');
  const { code, out, err } = await saccade('train', data, '--out', model, ...SMALL, ...more);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return { model, out, err };
}

interface Measured {
  readonly exact: { readonly accuracy: number; readonly samples: number };
}

describe('images', { timeout: 120_000 }, () => {
  it('train, are measured with high accuracy, and give the same in both engines', async () => {
    const data = drawnCifar();
    const { model, out, err } = await trained(data, '--width', '0.25', '--epochs', '4', '--json');
    expect((JSON.parse(out) as Measured).exact.accuracy).toBeGreaterThanOrEqual(0.9);
    expect(err).toContain('CIFAR-10, split official');
    expect(err).toContain('train: 96 images');

    const read = readAnyModel(readFileSync(model));
    expect(takesImages(read.input)).toBe(true);
    expect(read.network.input).toEqual({ height: 32, width: 32, channels: 3, maxCount: 255 });
    expect(read.training).toMatchObject({ dataset: 'cifar10', split: 'official', recordings: 96, clips: 96 });
    expect(read.training['windows']).toBeUndefined();

    const found = await saccade('evaluate', data, '--model', model);
    expect(found.out).toContain('CIFAR-10, split official');
    expect(found.out).toMatch(/test part, in direct encoding: 32 images/);
    const json = JSON.parse((await saccade('evaluate', data, '--model', model, '--json')).out) as Measured;
    expect(json).toMatchObject({ encoding: 'direct', exact: { samples: 32 } });
    expect(json.exact.accuracy).toBe((JSON.parse(out) as Measured).exact.accuracy);

    const dataset = await openDataset(data);
    const { clips } = await readLabelledClips(dataset.samples, {
      images: dataset.definition.images!,
      steps: 2,
    });
    await dataset.close();
    const oracle = await evaluateClips(createOracleEngine(read), clips.slice(0, 40));
    expect(await evaluateClips(await createEngine(read, { kind: 'wasm' }), clips.slice(0, 40))).toEqual(
      oracle,
    );
  });

  it('come from the archive as it was downloaded, to the same model and numbers', async () => {
    const data = drawnCifar(16, 8);
    const packed = temporaryFolder();
    const archive = path.join(packed, 'cifar-10-binary.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', data, '--transform', 's,^\\.,cifar-10-batches-bin,', '.']);
    const room = temporaryFolder();
    const small = ['--width', '0.1', '--epochs', '1'];
    const fromFolder = await trained(data, ...small);
    const fromArchive = await trained(packed, ...small, '--unpack-to', room);
    expect(readFileSync(fromArchive.model)).toEqual(readFileSync(fromFolder.model));
    expect(fromArchive.err).toMatch(/note: .*cifar-10-binary\.tar\.gz can only be read from its start/);
    expect([readdirSync(packed), readdirSync(room).length]).toEqual([['cifar-10-binary.tar.gz'], 1]);

    const [wanted, found] = [
      await saccade('evaluate', data, '--model', fromFolder.model, '--json'),
      await saccade('evaluate', archive, '--model', fromFolder.model, '--json', '--unpack-to', room),
    ];
    expect(found).toEqual({ ...wanted, err: expect.any(String) as string });
    expect(
      await saccade('evaluate', archive, '--model', fromFolder.model, '--max-unpacked-bytes', '50000'),
    ).toMatchObject({ code: 3, err: expect.stringMatching(/error TOO_LARGE: .*more than 50000/) as string });
    expect(readdirSync(path.join(packed, '.saccade-unpacked'))).toEqual([]);
  });

  it('of JPEG files in greys are taken and counted; those that are none stop, or are left out', async () => {
    const folder = temporaryFolder();
    const size = { width: 64, height: 64 };
    const write = (id: string, bytes: Uint8Array | string): void => {
      mkdirSync(path.dirname(path.join(folder, id)), { recursive: true });
      writeFileSync(path.join(folder, id), bytes);
    };
    const wnids = ['n00000001', 'n00000002'];
    write('wnids.txt', wnids.join('\n'));
    for (const [label, wnid] of wnids.entries())
      for (let i = 0; i < 4; i++)
        write(
          `train/${wnid}/images/${wnid}_${i}.JPEG`,
          await jpegOf(drawnPlanes(label, i, size), size, { grey: i === 1 }),
        );
    write('val/images/val_0.JPEG', await jpegOf(drawnPlanes(0, 9, size), size));
    write('val/val_annotations.txt', `val_0.JPEG\t${wnids[0]!}\t0\t0\t1\t1\n`);
    const tiny = ['--width', '0.1', '--epochs', '1', '--split', 'validation-as-test'];
    const { err } = await trained(folder, ...tiny);
    expect(err).toContain('train: 8 images');
    expect(err).toContain('2 images of greys, the same in red, green and blue');

    write(`train/${wnids[1]!}/images/${wnids[1]!}_3.JPEG`, '<html>');
    const model = path.join(temporaryFolder(), 'm.safetensors');
    const stopped = await saccade('train', folder, '--out', model, ...SMALL, ...tiny);
    expect(stopped.code).toBe(3);
    expect(stopped.err).toMatch(/BAD_IMAGE: .*n00000002_3\.JPEG: .*Byte 0: this is no JPEG/);
    const { err: skipped } = await trained(folder, ...tiny, '--skip-bad');
    expect(skipped).toContain('train: 7 images');
    expect(skipped).toContain('n00000002_3.JPEG');
  });

  it('are called so in whatever is said of them', async () => {
    const data = drawnCifar(32, 8);
    const few = ['--width', '0.1', '--epochs', '1', '--validation', '0.2'];
    const { model, out, err } = await trained(data, ...few);
    const single = temporaryFolder();
    writeFileSync(path.join(single, 'data_batch_1.bin'), cifarRecord([1], 1));
    const texts: Record<string, string> = { 'train out': out, 'train err': err };
    for (const [name, ...args] of [
      ['evaluate', 'evaluate', data, '--model', model],
      ['classes', 'evaluate', single, '--model', model, '--part', 'train'],
      ['part', 'evaluate', single, '--model', model, '--part', 'test'],
      ['split', 'evaluate', data, '--model', model, '--split', 'official', '--part', 'validation'],
      ['class', 'train', single, '--out', model, ...SMALL],
      ['validation', 'train', single, '--out', model, ...SMALL, '--validation', '0.2'],
      ['memory', 'train', data, '--out', model, ...SMALL, '--max-clip-bytes', '9999'],
      ['preprocess', 'preprocess', data, '--out', temporaryFolder(), '--workers', '1'],
    ] as const) {
      const told = await saccade(...args);
      texts[name] = told.out + told.err;
    }
    for (const [name, text] of Object.entries(texts)) {
      expect({ name, text }).toEqual({
        name,
        text: expect.not.stringMatching(/recording|window/i) as string,
      });
      expect({ name, text }).toEqual({ name, text: expect.stringMatching(/./) as string });
    }
    expect(texts['classes']).toContain('were not tested: no images');
    expect(texts['part']).toContain('has no images in this part');
    expect(texts['class']).toContain('all images for training are of "automobile"');
    expect(texts['memory']).toMatch(/All images together .* Allow more \(--max-clip-bytes\)/);
  });

  it('refuse what is of events, which would be without effect', async () => {
    const data = drawnCifar(8, 4);
    const model = path.join(temporaryFolder(), 'm.safetensors');
    for (const [flag, ...words] of [
      ['--by', 'number'],
      ['--filter', 'polarity=keep:on'],
      ['--resize', '16x16'],
      ['--sensor', '32x32'],
      ['--representation', 'binary'],
      ['--windows', 'first'],
      ['--max-count', '15'],
      ['--format', 'csv'],
    ] as const) {
      const { code, err } = await saccade('train', data, '--out', model, ...SMALL, flag, ...words);
      expect({ flag, code }).toEqual({ flag, code: 2 });
      expect(err).toContain(`${flag} is of recordings of events, and CIFAR-10 is of images`);
    }
    for (const [steps, problem] of [
      ['event-drop', /changes events, and images have none/],
      ['reverse-time:0.5', /changes polarities of events, and the network reads 3 values/],
    ] as const) {
      const { code, err } = await saccade('train', data, '--out', model, ...SMALL, '--augment', steps);
      expect({ steps, code }).toEqual({ steps, code: 2 });
      expect(err).toMatch(problem);
    }
    const time = await saccade('train', data, '--out', model, ...SMALL, '--split', 'time-0.8');
    expect(time.err).toContain('CIFAR-10 has the splits official, random-');
  });

  it('and recordings are for models of their own', async () => {
    const data = drawnCifar(8, 4);
    const { model } = await trained(data, '--width', '0.1', '--epochs', '1');
    const wrong = await saccade('evaluate', recordings, '--model', model);
    expect(wrong.code).toBe(3);
    expect(wrong.err).toContain(
      'WRONG_CONTENT: The model takes images of 32x32 pixels, and N-MNIST is of recordings',
    );
    const other = await saccade('evaluate', data, '--model', nmnist);
    expect(other.err).toContain(
      'WRONG_CONTENT: The model takes recordings of events, and CIFAR-10 is of images of 32x32',
    );
    const file = path.join(recordings, 'Test/0');
    for (const command of [
      ['classify', file, '--model', model],
      ['profile', model, file],
      ['serve', '--model', model],
    ]) {
      const { code, err } = await saccade(...command);
      expect({ command, code }).toEqual({ command, code: 3 });
      expect(err).toContain('TAKES_IMAGES');
    }
    const onnx = path.join(temporaryFolder(), 'm.onnx');
    expect((await saccade('export', model, '--onnx', onnx)).out).toContain('counts [2,3,32,32]');
  });
});
