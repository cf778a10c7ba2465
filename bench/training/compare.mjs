/** Losses and gradients of the first step, engine and TensorFlow.js. */
import {
  classShares,
  createTensorOps,
  edeSlope,
  inputTensor,
  tetLoss,
  tf,
  TrainableNetwork,
  TrainingEngine,
} from '../../dist/src/training/index.js';

const LAMBDA = 1e-3;

/** Losses, and cosines between the gradients of all parameters as one vector: TensorFlow.js and the engine, rounded and not. */
export async function compareGradients(network, batch) {
  const ede = edeSlope(0, 40);
  const options = { network, batchSize: batch.size, seed: 1, tetLambda: LAMBDA };
  const engine = new TrainingEngine(options);
  const { loss } = await engine.gradients(batch, ede);
  const own = flat(engine);
  engine.dispose();
  const rounded = new TrainingEngine({ ...options, gradients: 'power-of-two' });
  const { loss: roundedLoss } = await rounded.gradients(batch, ede);
  const roundedCosine = cosine(flat(rounded), own);
  rounded.dispose();
  const oracle = new TrainableNetwork(network, 1);
  const ops = createTensorOps({ steps: batch.steps, ede });
  const input = inputTensor(batch, network);
  const shares = classShares(batch, network.classes.length);
  const { value, grads } = tf.variableGrads(
    () => tetLoss(oracle.forward(ops, input), shares, batch.steps, LAMBDA).asScalar(),
    oracle.trainable,
  );
  const gradientCosine = cosine(
    Object.values(grads).map((tensor) => tensor.dataSync()),
    own,
  );
  const tensorLoss = value.dataSync()[0];
  tf.dispose([input, value, ...Object.values(grads)]);
  oracle.dispose();
  if (!(Math.abs(loss - tensorLoss) < 1e-3) || !(gradientCosine > 0.999))
    throw new Error(`The engine differs: losses ${loss}, ${tensorLoss}, cosine ${gradientCosine}.`);
  if (roundedLoss !== loss || !(roundedCosine > 0.7))
    throw new Error(`Rounding: losses ${loss}, ${roundedLoss}, cosine ${roundedCosine}.`);
  return { loss, tensorLoss, gradientCosine, roundedCosine };
}

function flat(engine) {
  return Object.values(engine.parameterGradients()).flatMap((layer) => Object.values(layer));
}

function cosine(vectors, others) {
  let [product, squares, otherSquares] = [0, 0, 0];
  vectors.forEach((vector, i) => {
    vector.forEach((g, at) => {
      product += g * others[i][at];
      squares += g * g;
      otherSquares += others[i][at] ** 2;
    });
  });
  return product / Math.sqrt(squares * otherSquares);
}
