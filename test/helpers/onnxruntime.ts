/** onnxruntime-node, where `npm run check:onnx` has installed it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { OnnxRuntime } from '../../src/cli/bench/onnxruntime.ts';

const home = path.resolve(import.meta.dirname, '../../bench/engine');

/** Whether the runtime is there. */
export const hasOnnxRuntime: boolean = existsSync(path.join(home, 'node_modules/onnxruntime-node'));

/** Loads it. */
export function loadOnnxRuntime(): OnnxRuntime {
  return createRequire(path.join(home, 'package.json'))('onnxruntime-node') as OnnxRuntime;
}
