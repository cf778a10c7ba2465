/** onnxruntime as a contestant, where it is installed: saccade does not depend on it. */
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { exportOnnx } from '../../export/index.ts';
import type { FrameClip } from '../../frames/index.ts';
import type { ClipRecord } from './clip-record.ts';
import type { Contestant } from './interleave.ts';
import { meanTime, requireEqualOn, type Workload } from './workload.ts';

/** A tensor of onnxruntime. */
export interface OnnxTensor {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/** A loaded graph. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** The few members that saccade uses of onnxruntime-node and onnxruntime-web. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<OnnxSession> };
  readonly Tensor: new (
    type: 'float32' | 'uint8',
    data: Float32Array | Uint8Array,
    dims: readonly number[],
  ) => OnnxTensor;
}

/** onnxruntime-node from beside saccade or from the folder that one works in; `null` if it is not there. */
export function findOnnxRuntime(): OnnxRuntime | null {
  for (const from of [import.meta.url, path.join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from)('onnxruntime-node') as OnnxRuntime;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}

/** Its intra-op threads spin for a while after a run and would slow the next contestant. */
export const ONNX_SETTLE_MS = 30;

/** A session with every optimisation and a fixed number of threads. */
export function createOnnxSession(
  runtime: OnnxRuntime,
  file: Uint8Array,
  threads: number,
): Promise<OnnxSession> {
  return runtime.InferenceSession.create(file, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
  });
}

/** Shape and element type of the graph's input `counts`. */
export function countsTensor(
  { Tensor }: OnnxRuntime,
  { counts, steps, geometry }: FrameClip,
  type: 'float32' | 'uint8' = 'float32',
): OnnxTensor {
  const data = type === 'float32' ? Float32Array.from(counts) : Uint8Array.from(counts);
  return new Tensor(type, data, [steps, 2, geometry.height, geometry.width]);
}

/** Runs a graph once and brings what it gave into saccade's order. */
export async function recordOnnx(
  session: OnnxSession,
  counts: OnnxTensor,
  neuronLayers: readonly string[],
): Promise<ClipRecord> {
  const outputs = await session.run({ counts });
  const named = session.outputNames.filter((name) => neuronLayers.includes(name));
  return {
    logits: outputs['logits']!.data,
    spikes: new Map(named.map((name) => [name, channelsLast(outputs[name]!)])),
  };
}

/** `[steps, channels, height, width]` to `[steps, height, width, channels]`. */
function channelsLast({ data, dims }: OnnxTensor): Uint8Array {
  const [steps, channels, height, width] = dims as [number, number, number, number];
  const pixels = height * width;
  const values = new Uint8Array(data.length);
  for (let t = 0, i = 0; t < steps; t++) {
    for (let c = 0; c < channels; c++) {
      for (let pixel = 0; pixel < pixels; pixel++, i++) {
        values[(t * pixels + pixel) * channels + c] = data[i]!;
      }
    }
  }
  return values;
}

/** A graph as a contestant, and what it is fed with. */
export interface OnnxContestantParts {
  readonly name: string;
  readonly runtime: OnnxRuntime;
  readonly file: Uint8Array;
  readonly inputs: readonly OnnxTensor[];
  readonly threads: number;
}

/** A graph that was checked before. */
export async function onnxContestant({
  name,
  runtime,
  file,
  inputs,
  threads,
}: OnnxContestantParts): Promise<Contestant> {
  const session = await createOnnxSession(runtime, file, threads);
  return {
    name,
    threads,
    run: meanTime(inputs, (counts) => session.run({ counts })),
    settleMs: ONNX_SETTLE_MS,
    dispose: () => session.release(),
  };
}

/**
 * The exported model, once per number of threads; all its spikes are compared first.
 *
 * @throws SaccadeError `ENGINES_DIFFER`
 */
export async function exportedModelContestants(
  name: string,
  runtime: OnnxRuntime,
  workload: Workload,
  threads: readonly number[],
): Promise<Contestant[]> {
  const { model, clips, mode } = workload;
  const session = await createOnnxSession(runtime, exportOnnx(model, { mode }), 1);
  try {
    await requireEqualOn(name, workload, (clip) =>
      recordOnnx(session, countsTensor(runtime, clip), model.neuronLayers),
    );
  } finally {
    await session.release();
  }
  const file = exportOnnx(model, { mode, spikes: false });
  const inputs = clips.map((clip) => countsTensor(runtime, clip));
  return Promise.all(threads.map((count) => onnxContestant({ name, runtime, file, inputs, threads: count })));
}
