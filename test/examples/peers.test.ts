/** The peers' own examples, with the numbers that the peers give. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { filtered } from '../../examples/peers/openeb.ts';
import { frameSamples } from '../../examples/peers/spikingjelly.ts';
import { denoise, denoisedFrames } from '../../examples/peers/tonic.ts';
import { concatBatches, type EventBatch } from '../../src/events/index.ts';
import { createDecoder, type CreateDecoderOptions } from '../../src/formats/index.ts';
import { binRecording, type BinningSpec, type FrameArray } from '../../src/frames/index.ts';
import { hasSharedData, readShared, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MNIST_DVS = 'aedat2-mnist-dvs/mnist_0_scale04_0001.aedat';

/** SHA-256 of the counts as little-endian uint32, its first 16 digits. */
function digest(counts: FrameArray): string {
  return createHash('sha256')
    .update(new Uint8Array(Uint32Array.from(counts).buffer))
    .digest('hex')
    .slice(0, 16);
}

function events(bytes: Uint8Array, options: CreateDecoderOptions): EventBatch {
  const decoder = createDecoder(options);
  return concatBatches([...decoder.push(bytes), ...decoder.finish()]);
}

describe.skipIf(!hasSharedData)('SpikingJelly, data sets as frames', () => {
  it.each<[BinningSpec, string]>([
    [{ by: 'number', steps: 10 }, '616b623aa7e8cdfa'],
    [{ by: 'time', steps: 10 }, '5ded2e3354f49c49'],
    [{ by: 'duration', durationMicros: 30_000 }, '6d91f0ab2785e96b'],
  ])('N-MNIST: %j', async (binning, golden) => {
    for await (const { id, frames, shape, label } of frameSamples(
      sharedPath('nmnist-small'),
      binning,
      'train',
    )) {
      if (!id.endsWith('5/00001.bin')) continue;
      expect([digest(frames), shape.slice(1), label]).toEqual([golden, [2, 34, 34], 5]);
      return;
    }
    expect.unreachable();
  });

  it.each<[BinningSpec, string]>([
    [{ by: 'number', steps: 10 }, '8d5d49f2e83d29fc'],
    [{ by: 'time', steps: 10 }, 'b0a7c989b5be711f'],
  ])('CIFAR10-DVS, by a recording of the same camera: %j', async (binning, golden) => {
    const root = temporaryFolder();
    mkdirSync(path.join(root, 'cat'));
    cpSync(sharedPath(MNIST_DVS), path.join(root, 'cat/cifar10_cat_0.aedat'));
    const samples = [];
    for await (const sample of frameSamples(root, binning)) samples.push(sample);
    expect(samples.map(({ frames, shape, label }) => [digest(frames), shape, label])).toEqual([
      [golden, [10, 2, 128, 128], 3],
    ]);
  });
});

describe.skipIf(!hasSharedData)('Tonic, the README', () => {
  it('denoises as Tonic does, and bins what is left', () => {
    const sensor = { width: 34, height: 34 };
    const bytes = readShared('nmnist-small/Train.zip!Train/5/00001.bin');
    const digit = events(bytes, { format: 'atis40', geometry: sensor });
    expect(denoise(digit, sensor, 10_000).length).toBe(4358);
    const clip = denoisedFrames(digit, sensor, 3);
    expect([clip.steps, clip.events]).toEqual([3, 4358]);
    const camera = { width: 128, height: 128 };
    expect(denoise(events(readShared(MNIST_DVS), { format: 'aedat2' }), camera, 10_000).length).toBe(9327);
    const [whole] = binRecording(digit, { by: 'time', steps: 3 }, { sensor });
    expect(whole!.events).toBe(digit.length);
  });
});

describe.skipIf(!hasSharedData)('OpenEB, metavision_filtering', () => {
  it('keeps the ON events of a region, mirrored, and says what it left out', async () => {
    const bytes = readShared('evt/evt3_sample.raw');
    const all = events(bytes, { fileName: 'a.raw' });
    const region = { x: 200, y: 100, width: 300, height: 200 };
    const { batches, reports } = await filtered([bytes], { width: 1280, height: 720 }, region);
    const wanted: number[][] = [];
    for (let i = 0; i < all.length; i++) {
      const [x, y] = [all.x[i]! - region.x, all.y[i]! - region.y];
      if (all.p[i] !== 1 || x < 0 || y < 0 || x >= region.width || y >= region.height) continue;
      wanted.push([all.t[i]!, region.width - 1 - x, y, 1]);
    }
    const { t, x, y, p, length } = concatBatches(batches);
    expect(length).toBe(wanted.length);
    expect(length).toBeGreaterThan(100);
    const found = Array.from({ length }, (_, i) => [t[i]!, x[i]!, y[i]!, p[i]!]);
    expect(found).toEqual(wanted);
    const removed = reports.reduce(
      (sum, report) => sum + Object.values(report.removed).reduce((a, b) => a + b, 0),
      0,
    );
    expect(removed + length).toBe(all.length);
  });
});
