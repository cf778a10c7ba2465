/** Resetting LIF neurons, in training by real numbers as in `lif` of the TensorFlow.js trainer. */
import { foldedDrive, type LayerNode, type LifSpec, type ParameterValues } from '../../network/index.ts';
import type { NeuronRule } from './neuron-rule.ts';
import type { CurrentsPlace, PlanContext, RunContext } from './stage.ts';

/** Words of the block in kernels/training/lif.ts. */
const BLOCK_WORDS = 9;

/** See the file comment. */
export class LifRule implements NeuronRule {
  readonly ownSums = 0;
  readonly #node: LayerNode<LifSpec>;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #at: Readonly<Record<'block' | 'driveGain' | 'driveBias', number>>;
  #run!: RunContext;

  constructor(node: LayerNode<LifSpec>, currents: CurrentsPlace, plan: PlanContext) {
    const { layout, rooms, steps } = plan;
    this.#node = node;
    this.#currents = currents;
    this.#plan = plan;
    this.#at = {
      block: layout.reserve(4 * BLOCK_WORDS),
      driveGain: layout.reserve(4 * currents.stride),
      driveBias: layout.reserve(4 * currents.stride),
    };
    rooms.need('neurons', 16 * steps + 8 * currents.stride);
  }

  start(run: RunContext): void {
    this.#run = run;
    const { height, width, stride } = this.#currents;
    const { block, driveGain, driveBias } = this.#at;
    const words = run.space.words(block, BLOCK_WORDS);
    words.set([
      this.#plan.steps,
      height,
      width,
      stride,
      0,
      0,
      driveGain,
      driveBias,
      this.#plan.rooms.at('neurons'),
    ]);
    const { spec, context } = this.#node;
    run.space.floats(block + 16, 2).set([spec.decay, context.thresholdVoltage]);
  }

  write(parameters: ParameterValues, scale: Float64Array): void {
    const { channels } = this.#currents;
    const { gain, bias } = foldedDrive(parameters, { scale });
    this.#run.space.floats(this.#at.driveGain, channels).set(gain);
    this.#run.space.floats(this.#at.driveBias, channels).set(bias);
  }

  fire(x: number, spikes: number): void {
    this.#run.kernel.fireLif(this.#at.block, x, spikes);
  }

  driveGradient(x: number, dSpikes: number, dDrive: number, sums: number): void {
    this.#run.kernel.lifDriveGradient(this.#at.block, x, dSpikes, dDrive, sums);
  }

  gradients(): Record<string, never> {
    return {};
  }
}
