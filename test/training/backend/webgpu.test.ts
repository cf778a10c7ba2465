import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { saccadeProcess } from '../../helpers/process.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { hasWebGpu, webGpuEnvironment } from '../../helpers/webgpu.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Runs a module against the built package, on the software driver. @returns what it printed, as JSON. */
async function node<Result>(code: string): Promise<Result> {
  const bundle = (name: string): string => JSON.stringify(path.join(root, `dist/node/${name}.js`));
  const script = `
    const { describePlain } = await import(${bundle('index')});
    const t = await import(${bundle('training')});
    const network = (kind, steps) => describePlain('tiny', [4, 'AP2', 6], {
      steps, height: 6, width: 6, classes: ['a', 'b', 'c'],
      neuron: kind === 'lif' ? { kind } : { kind: 'mfp', structure: 'full' },
    });
    const batchOf = ({ steps }, seed) => {
      const counts = Uint8Array.from({ length: steps * 3 * 72 }, (_, i) => ((i * 7919 + seed * 131) % 11 < 3 ? 1 + (i % 2) : 0));
      return { counts, labels: Int32Array.of(0, 1, 2), steps, size: 3, geometry: { width: 6, height: 6 } };
    };
    const planOf = (own) => ({
      network: own, epochs: 1, batchSize: 3, learningRate: 5e-3, seed: 1, tetLambda: 1e-3, maxShift: 0, data: 'test',
    });
    const settings = { rate: 5e-3, ede: t.edeSlope(0, 4) };
    const start = async () => {
      const { learner, reason } = await t.selectBackend({ prefer: 'webgpu' });
      // Else small tensors are computed in JavaScript.
      t.tf.env().set('WEBGPU_CPU_FORWARD', false);
      return { learner, reason };
    };
    ${code}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...webGpuEnvironment() },
  });
  return JSON.parse(stdout) as Result;
}

interface Run {
  readonly backend: string;
  readonly losses: number[];
  readonly weights: number[];
  readonly tensorsLeft: number;
}

describe.skipIf(!hasWebGpu)('training on WebGPU in Node', { timeout: 240_000 }, () => {
  it.each([
    ['mfp', 'adam'],
    ['lif', 'sgd'],
  ])(
    'has the losses and weights of the oracle, and leaves no tensors behind: %s, %s',
    async (kind, optimiser) => {
      const { reason, runs } = await node<{ reason: string; runs: Run[] }>(`
        const own = network('${kind}', 3);
        const plan = { ...planOf(own), optimiser: { kind: '${optimiser}' } };
        const trained = async (learner) => {
          const losses = [];
          let tensors = 0;
          for (let step = 0; step < 4; step++) {
            const { loss } = await learner.step(batchOf(own, step), { ...settings, firing: step === 2 });
            losses.push(loss);
            if (step === 0) tensors = t.tf.memory().numTensors;
          }
          const tensorsLeft = t.tf.memory().numTensors - tensors;
          const { parameters } = await learner.save();
          const weights = Object.values(parameters).flatMap((layer) => Object.values(layer)).flatMap((values) => [...values]);
          return { backend: learner.backend, losses, weights, tensorsLeft };
        };
        const { learner: oracle } = await t.selectBackend({ prefer: 'wasm' });
        const runs = [await trained(oracle(plan))];
        const { learner, reason } = await start();
        runs.push(await trained(learner(plan)));
        console.log(JSON.stringify({ reason, runs }));`);
      expect(reason).toMatch(/^Training on WebGPU, SwiftShader .*software on the processor/);
      const [oracle, own] = runs as [Run, Run];
      expect([oracle.backend, own.backend]).toEqual(['wasm', 'webgpu']);
      expect(own.losses[3]).toBeLessThan(own.losses[0]!);
      own.losses.forEach((loss, step) => expect(loss).toBeCloseTo(oracle.losses[step]!, 5));
      const off = own.weights.map(
        (weight, i) => Math.abs(weight - oracle.weights[i]!) / Math.max(1, Math.abs(weight)),
      );
      // Where a gradient is nothing but rounding, Adam takes a whole step in its direction.
      const share = off.filter((relative) => relative < 1e-5).length / oracle.weights.length;
      expect(share).toBeGreaterThanOrEqual(optimiser === 'adam' ? 0.9 : 1);
      expect(own.tensorsLeft).toBe(0);
    },
  );

  it('ends a step on a device that reported a fault or is lost, and starts another one', async () => {
    const outcomes = await node<unknown[]>(`
      const own = network('mfp', 2);
      const outcomes = [];
      const attempt = async (spoil) => {
        const { learner } = await start();
        const { device } = t.tf.backend();
        const learning = learner(planOf(own));
        outcomes.push(typeof (await learning.step(batchOf(own, 1), settings)).loss);
        if (spoil) {
          spoil(device);
          await learning.step(batchOf(own, 1), settings).then(({ loss }) => outcomes.push(loss), ({ code, message }) => outcomes.push(code, message));
          await learning.save().catch(({ code }) => outcomes.push(code));
        }
      };
      // More than a buffer may have: what is computed of it is zeros.
      await attempt((device) => device.createBuffer({ size: 2 ** 50, usage: 8 }));
      await attempt((device) => device.destroy());
      await attempt();
      console.log(JSON.stringify(outcomes));`);
    const failed = ['DEVICE_FAILED', expect.stringMatching(/SwiftShader.* failed: .*--backend engine/)];
    const spoilt = ['number', ...failed, 'DEVICE_FAILED'];
    expect(outcomes).toEqual([...spoilt, ...spoilt, 'number']);
  });

  it('is a backend of saccade train', async () => {
    const out = path.join(temporaryFolder(), 'm.safetensors');
    const data = path.join(root, 'test/field-cases/resume-ulp/data/two');
    const size = '--sensor 16x16 --resize 8x8 --steps 2 --step-us 75000 --width 0.1 --epochs 1'.split(' ');
    const args = ['train', data, ...size, '--backend', 'webgpu', '--out', out];
    const trained = await saccadeProcess(args, { env: webGpuEnvironment(), timeoutMs: 240_000 });
    expect(trained).toMatchObject({
      code: 0,
      err: expect.stringContaining('Training on WebGPU, SwiftShader'),
    });
    expect(existsSync(out)).toBe(true);
  });

  it('says that there is no adapter where there is no driver', async () => {
    const out = path.join(temporaryFolder(), 'm.safetensors');
    const data = path.join(root, 'test/field-cases/resume-ulp/data/two');
    const { NODE_PATH } = webGpuEnvironment();
    const env = { NODE_PATH: NODE_PATH!, VK_DRIVER_FILES: path.join(root, 'package.json') };
    const args = ['train', data, '--sensor', '16x16', '--backend', 'webgpu', '--out', out];
    const refused = await saccadeProcess(args, { env });
    expect([refused.code, existsSync(out)]).toEqual([3, false]);
    expect(refused.err).toMatch(/BACKEND_UNAVAILABLE.*no adapter/s);
  });
});
