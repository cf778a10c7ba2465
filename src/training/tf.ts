/** The one door to TensorFlow.js: importing it in one place keeps its packaging quirks there. */
import type * as tfjs from '@tensorflow/tfjs';
import { requirePeer } from './require-peer.ts';

let library: typeof tfjs | undefined;

/**
 * The library, loaded when something of it is used first: the training engine does without it, and it need not be installed.
 *
 * @throws TrainingError `NOT_INSTALLED` where it is used and not there, with the command that installs it.
 */
export const tf: typeof tfjs = new Proxy({} as typeof tfjs, {
  get: (_, name) => Reflect.get((library ??= requirePeer<typeof tfjs>('@tensorflow/tfjs')), name) as unknown,
  has: (_, name) => Reflect.has((library ??= requirePeer<typeof tfjs>('@tensorflow/tfjs')), name),
});

export type {
  backend_util,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from '@tensorflow/tfjs';
