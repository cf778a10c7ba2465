/** onnxruntime-node, where `npm run check:onnx` has installed it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const home = path.resolve(import.meta.dirname, '../../bench/engine');

/** The few members that tests use. */
export interface OnnxTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
export interface OnnxSession {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<OnnxSession> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
}

/** Whether the runtime is there. */
export const hasOnnxRuntime: boolean = existsSync(path.join(home, 'node_modules/onnxruntime-node'));

/** Loads it. */
export function loadOnnxRuntime(): OnnxRuntime {
  return createRequire(path.join(home, 'package.json'))('onnxruntime-node') as OnnxRuntime;
}
