/** Losses and gradients of the first step, engine and TensorFlow.js. */
import {
  createTensorOps,
  edeSlope,
  inputTensor,
  tetLoss,
  tf,
  TrainableNetwork,
  TrainingEngine,
} from '../../dist/src/training/index.js';

const LAMBDA = 1e-3;

/** Cosine between the gradients of all parameters as one vector, and both losses. */
export function compareGradients(network, batch) {
  const ede = edeSlope(0, 40);
  const engine = new TrainingEngine({ network, batchSize: batch.size, seed: 1, tetLambda: LAMBDA });
  const { loss } = engine.gradients(batch, ede);
  const own = Object.values(engine.parameterGradients()).flatMap((layer) => Object.values(layer));
  engine.dispose();
  const oracle = new TrainableNetwork(network, 1);
  const ops = createTensorOps({ steps: batch.steps, ede });
  const input = inputTensor(batch, network);
  const { value, grads } = tf.variableGrads(
    () => tetLoss(oracle.forward(ops, input), batch.labels, batch.steps, LAMBDA).asScalar(),
    oracle.trainable,
  );
  let [product, squares, others] = [0, 0, 0];
  Object.values(grads).forEach((tensor, i) => {
    tensor.dataSync().forEach((g, at) => {
      product += g * own[i][at];
      squares += g * g;
      others += own[i][at] ** 2;
    });
  });
  const tensorLoss = value.dataSync()[0];
  tf.dispose([input, value, ...Object.values(grads)]);
  oracle.dispose();
  const cosine = product / Math.sqrt(squares * others);
  if (!(Math.abs(loss - tensorLoss) < 1e-3) || !(cosine > 0.999))
    throw new Error(`The engine differs: losses ${loss}, ${tensorLoss}, cosine ${cosine}.`);
  return { loss, tensorLoss, gradientCosine: cosine };
}
