/** The one door to TensorFlow.js: importing it in one place keeps its packaging quirks there. */
import type * as tfjs from '@tensorflow/tfjs';
import { requirePeer } from './require-peer.ts';

/** The library. */
export const tf: typeof tfjs = requirePeer<typeof tfjs>('@tensorflow/tfjs');

export type {
  backend_util,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from '@tensorflow/tfjs';
