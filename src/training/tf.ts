/** The one door to TensorFlow.js: importing it in one place keeps its packaging quirks there. */
import * as tf from '@tensorflow/tfjs';

export { tf };
/** Any tensor. */
export type Tensor = tf.Tensor;
/** A tensor that the optimiser moves. */
export type Variable = tf.Variable;
