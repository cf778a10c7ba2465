/** Resetting LIF neurons, in training by real numbers as in `lif` of the TensorFlow.js trainer. */
import { foldedDrive, type LayerNode, type LifSpec, type ParameterValues } from '../../network/index.ts';
import type { NeuronRule, RowBand } from './neuron-rule.ts';
import type { OwnBlock } from './rooms.ts';
import type { CarriedMembranes, CurrentsPlace, PlanContext, RunContext } from './stage.ts';

/** Words of the block in kernels/training/lif.ts. */
const BLOCK_WORDS = 9;

const NOTHING: CarriedMembranes = { before: 0, after: 0, behind: 0 };

/** See the file comment. */
export class LifRule implements NeuronRule {
  readonly ownSums = 0;
  readonly #node: LayerNode<LifSpec>;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #block: OwnBlock;
  readonly #carried: CarriedMembranes;
  readonly #at: Readonly<Record<'driveGain' | 'driveBias', number>>;
  #run!: RunContext;

  constructor(node: LayerNode<LifSpec>, currents: CurrentsPlace, plan: PlanContext) {
    const { layout, rooms, steps, carried } = plan;
    this.#node = node;
    this.#carried = carried?.(node.spec.id, currents) ?? NOTHING;
    this.#currents = currents;
    this.#plan = plan;
    this.#at = {
      driveGain: layout.reserve(4 * currents.stride),
      driveBias: layout.reserve(4 * currents.stride),
    };
    this.#block = rooms.reserveBlock(4 * BLOCK_WORDS);
    rooms.needOwn('neurons', 16 * steps + 8 * currents.stride);
  }

  start(run: RunContext): void {
    this.#run = run;
    const { height, width, stride } = this.#currents;
    const { driveGain, driveBias } = this.#at;
    const { rooms, steps } = this.#plan;
    const { spec, context } = this.#node;
    for (let thread = 0; thread < rooms.threads; thread++) {
      const block = rooms.blockAt(this.#block, thread);
      const tables = [driveGain, driveBias, rooms.ownAt('neurons', thread)];
      run.space.words(block, BLOCK_WORDS).set([steps, height, width, stride, 0, 0, ...tables]);
      run.space.floats(block + 16, 2).set([spec.decay, context.thresholdVoltage]);
    }
  }

  write(parameters: ParameterValues, scale: Float64Array): void {
    const { channels } = this.#currents;
    const { gain, bias } = foldedDrive(parameters, { scale });
    this.#run.space.floats(this.#at.driveGain, channels).set(gain);
    this.#run.space.floats(this.#at.driveBias, channels).set(bias);
  }

  fire(x: number, spikes: number, { first, end }: RowBand): void {
    const { width } = this.#currents;
    const block = this.#plan.rooms.block(this.#block);
    const [before, after] = [this.#carriedTo('before', x), this.#carriedTo('after', x)];
    this.#run.crew.call('fireLif', block, x, spikes, first * width, end * width, before, after);
  }

  /** The sample's part of what is carried. */
  #carriedTo(which: keyof CarriedMembranes, x: number): number {
    const address = this.#carried[which];
    return address === 0 ? 0 : address + (x - this.#currents.address) / this.#plan.steps;
  }

  driveGradient(x: number, dSpikes: number, dDrive: number, sums: number, { first, end }: RowBand): void {
    const block = this.#plan.rooms.block(this.#block);
    const [before, behind] = [this.#carriedTo('before', x), this.#carriedTo('behind', x)];
    this.#run.crew.call('lifDriveGradient', block, x, dSpikes, dDrive, sums, first, end, before, behind);
  }

  gradients(): Record<string, never> {
    return {};
  }
}
