/**
 * Training step by step, as LIF networks are trained elsewhere, on the training engine's own stages and kernels: each time step
 * goes through all layers before the next one begins, membranes are carried from step to step, and the gradient goes back through
 * time in reverse, step by step. Nobody would train like this with this engine: it is what "parallel" is compared with.
 *
 * Batch norm takes the statistics of one stretch of steps, as it must where later steps are not known yet (SpikingJelly's
 * single-step mode does so too). With a stretch of all T steps this is the engine's own run of LIF neurons, bit for bit; with a
 * stretch of 1 the two orders are the same mathematics and give the same bits.
 */
import { lossAndGradient } from '../../dist/src/training/engine/readout.js';
import { instantiateKernel } from '../../dist/src/training/engine/kernel.js';
import { loadBatch } from '../../dist/src/training/engine/load-batch.js';
import { LocalCrew } from '../../dist/src/training/engine/crew.js';
import { NetworkWeights } from '../../dist/src/training/engine/network-weights.js';
import { classShares } from '../../dist/src/training/class-shares.js';
import { EngineParameters } from '../../dist/src/training/engine/parameters.js';
import { planStages } from '../../dist/src/training/engine/plan-stages.js';
import { Rooms } from '../../dist/src/training/engine/rooms.js';
import { Layout, spaceOf } from '../../dist/src/training/engine/space.js';
import { resolveOptimiser } from '../../dist/src/training/optimiser-spec.js';

/** What a stretch of steps leaves to the next one, of all layers. */
class Membranes {
  #layout;
  #samples;
  #after = new Map();
  #behind = new Map();

  constructor(layout, samples) {
    this.#layout = layout;
    this.#samples = samples;
  }

  /** What the k-th of some stretches has of the others. */
  of(k, stretches) {
    return (layer, { height, width, stride }) => {
      const bytes = 4 * this.#samples * height * width * stride;
      const place = (map, key) => {
        if (!map.has(key)) map.set(key, { address: this.#layout.reserve(bytes), bytes });
        return map.get(key).address;
      };
      const after = (stretch) => place(this.#after, `${layer} ${stretch}`);
      if (stretches === 1) return { before: 0, after: 0, behind: 0 };
      return {
        before: k === 0 ? 0 : after(k - 1),
        after: k === stretches - 1 ? 0 : after(k),
        behind: place(this.#behind, layer),
      };
    };
  }

  /** Before the way back: behind the last step there is nothing. */
  forgetGradients(space) {
    for (const { address, bytes } of this.#behind.values()) space.floats(address, bytes / 4).fill(0);
  }
}

/** See the file comment. */
export class StepByStepTrainer {
  bytes;
  #options;
  #order;
  #stretch;
  #layout = new Layout();
  #parameters;
  #weights;
  #membranes;
  /** In the order of time. */
  #plans;
  #run;

  /**
   * @param options network (of LIF neurons), batchSize, seed, tetLambda.
   * @param form steps of a stretch (default 1, a divisor of T) and the order: `time-major` (default), or `layer-major`, in which
   * each layer does all stretches before the next layer begins.
   */
  constructor(options, { stretch = 1, order = 'time-major' } = {}) {
    const { network, batchSize, seed } = options;
    const { steps, layers } = network;
    if (layers.some(({ kind }) => kind === 'mfp'))
      throw new Error(
        'MFP neurons mix all time steps behind one batch norm: they have no form step by step.',
      );
    if (steps % stretch !== 0)
      throw new Error(`${steps} steps are no whole number of stretches of ${stretch}.`);
    const layout = this.#layout;
    this.#options = options;
    this.#order = order;
    this.#stretch = stretch;
    this.#parameters = new EngineParameters(network, layout);
    const shared = new Rooms();
    this.#weights = new NetworkWeights({ layout, rooms: shared, parameters: this.#parameters });
    this.#membranes = new Membranes(layout, batchSize);
    this.#plans = Array.from({ length: steps / stretch }, (_, k) => {
      // In the order of time a stretch is done with its gradients before another one makes some.
      const rooms = order === 'time-major' ? shared : new Rooms();
      return { ...this.#stagesOf(k, rooms), rooms };
    });
    for (const rooms of new Set([shared, ...this.#plans.map((plan) => plan.rooms)])) rooms.settle(layout);
    this.bytes = layout.bytes;
    const space = spaceOf(layout.bytes, false);
    const kernel = instantiateKernel(space);
    this.#run = { space, kernel, crew: new LocalCrew(kernel) };
    this.#parameters.start(space, seed, resolveOptimiser(options.optimiser));
    this.#weights.start(this.#run);
    for (const { stages } of this.#plans) for (const stage of stages) stage.start(this.#run);
  }

  #stagesOf(k, rooms) {
    const { network, batchSize: samples } = this.#options;
    const steps = this.#stretch;
    const carried = this.#membranes.of(k, network.steps / steps);
    const [layout, parameters, weights] = [this.#layout, this.#parameters, this.#weights];
    const plan = { layout, rooms, parameters, weights, steps, samples, rounding: null, carried };
    return planStages({ ...network, steps }, plan);
  }

  /** As `TrainingEngine.step`. */
  async step(batch, rate, ede) {
    const loss = await this.gradients(batch, ede);
    this.#parameters.step(this.#run.kernel, rate);
    for (const { neurons } of this.#plans) for (const stage of neurons) stage.recordStatistics();
    return loss;
  }

  /** As `TrainingEngine.gradients`. */
  async gradients(batch, ede) {
    this.#plans.forEach(({ input }, k) => this.#load(batch, k, input));
    await this.#weights.prepare();
    await this.#forward(batch.size);
    const loss = await this.#lossAndBackward(batch);
    await this.#weights.latentGradients(ede);
    return loss;
  }

  async #forward(size) {
    const plans = this.#plans;
    if (this.#order === 'time-major') {
      for (const { stages } of plans) for (const stage of stages) await stage.forward(size);
    } else {
      for (const i of plans[0].stages.keys()) for (const { stages } of plans) await stages[i].forward(size);
    }
  }

  async #lossAndBackward(batch) {
    const { loss, gradient } = this.#loss(batch);
    this.#parameters.clearGradients();
    this.#membranes.forgetGradients(this.#run.space);
    const back = this.#plans
      .map((plan, k) => ({ ...plan, k, stages: plan.stages.toReversed() }))
      .toReversed();
    if (this.#order === 'time-major') {
      for (const plan of back) {
        this.#enterGradient(gradient, batch.size, plan);
        for (const stage of plan.stages) await stage.backward(batch.size);
      }
    } else {
      for (const plan of back) this.#enterGradient(gradient, batch.size, plan);
      for (const i of back[0].stages.keys())
        for (const { stages } of back) await stages[i].backward(batch.size);
    }
    return loss;
  }

  #load({ counts, labels, size, geometry }, k, input) {
    const { network, batchSize } = this.#options;
    const steps = this.#stretch;
    const length = counts.length / (network.steps / steps);
    const own = { counts: counts.subarray(k * length, (k + 1) * length), labels, size, steps, geometry };
    loadBatch(own, { network: { ...network, steps }, batchSize }, input, this.#run.space);
  }

  /** Of all steps together. */
  #loss(batch) {
    const { labels } = batch;
    const { network, tetLambda, classWeights } = this.#options;
    const { steps, classes } = network;
    const { currents, scale } = this.#plans[0].readOut;
    const { stride } = currents;
    const own = this.#stretch * stride;
    const logits = new Float32Array(labels.length * steps * stride);
    this.#plans.forEach(({ readOut }, k) => {
      const from = this.#run.space.floats(readOut.currents.address, labels.length * own);
      labels.forEach((_, sample) => {
        const row = from.subarray(sample * own, (sample + 1) * own);
        logits.set(row, sample * steps * stride + k * own);
      });
    });
    const gradient = new Float32Array(2 * logits.length);
    const readOut = {
      logits,
      stride,
      scale: scale[0],
      gradient,
      labels,
      shares: classShares(batch, classes.length),
      steps,
      lambda: tetLambda,
      classWeights,
    };
    return { loss: lossAndGradient({ ...readOut, classes: classes.length }), gradient };
  }

  /** Of one stretch, to where its read-out looks for it. */
  #enterGradient(gradient, size, { rooms, k }) {
    const own = gradient.length / size / this.#plans.length;
    const to = this.#run.space.floats(rooms.at('currents'), size * own);
    for (let sample = 0; sample < size; sample++) {
      const from = (sample * this.#plans.length + k) * own;
      to.set(gradient.subarray(from, from + own), sample * own);
    }
  }

  /** How much each layer fired in each stretch of the last batch. */
  firing() {
    return this.#plans.flatMap(({ neurons }) => neurons.map((stage) => stage.firing()));
  }

  parameterGradients() {
    return this.#parameters.gradients();
  }

  snapshot() {
    return this.#parameters.snapshot();
  }
}
