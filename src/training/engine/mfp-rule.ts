/** MFP neurons: T currents of a neuron are mixed by M, then compared with the threshold. */
import {
  firingRule,
  usedTaps,
  type FixedPointM,
  type MfpNode,
  type ParameterValues,
} from '../../network/index.ts';
import { mixingGradient } from './mixing-gradient.ts';
import type { NeuronRule } from './neuron-rule.ts';
import type { CurrentsPlace, PlanContext, RunContext } from './stage.ts';

/** The block in the order of kernels/training/neurons.ts. */
const FIELDS = [
  'steps',
  'height',
  'width',
  'channels',
  'reach',
  'mixing',
  'matrix',
  'gain',
  'offset',
  'voltage',
  'factor',
  'driveGain',
  'driveBias',
  'scratch',
] as const;
type Table = 'mixing' | 'matrix' | 'gain' | 'offset' | 'voltage' | 'factor' | 'driveGain' | 'driveBias';

/** Steps that M reaches over, this one included. */
function reachOf(node: MfpNode): number {
  if (node.spec.structure === 'diagonal') return 1;
  return node.spec.structure === 'sliding' ? usedTaps(node) : node.context.steps;
}

/** See the file comment. */
export class MfpRule implements NeuronRule {
  readonly ownSums: number;
  readonly #node: MfpNode;
  readonly #currents: CurrentsPlace;
  readonly #plan: PlanContext;
  readonly #at: Readonly<Record<'block' | Table, number>>;
  #run!: RunContext;
  #fixed!: FixedPointM;

  constructor(node: MfpNode, currents: CurrentsPlace, plan: PlanContext) {
    const { layout, rooms, steps } = plan;
    const { stride } = currents;
    this.#node = node;
    this.#currents = currents;
    this.#plan = plan;
    this.ownSums = 4 * steps * steps;
    const vectors = (count: number): number => layout.reserve(16 * count);
    const perChannel = (count: number): number => layout.reserve(4 * stride * count);
    this.#at = {
      block: layout.reserve(4 * FIELDS.length),
      mixing: vectors(steps * steps),
      matrix: vectors(steps * steps),
      gain: perChannel(1),
      offset: perChannel(steps),
      voltage: vectors(steps),
      factor: vectors(steps),
      driveGain: perChannel(1),
      driveBias: perChannel(1),
    };
    rooms.need('neurons', 16 * (8 * steps + steps * steps) + 8 * stride);
  }

  start(run: RunContext): void {
    this.#run = run;
    const { height, width, stride } = this.#currents;
    const values = {
      ...this.#at,
      steps: this.#plan.steps,
      height,
      width,
      channels: stride,
      reach: reachOf(this.#node),
      scratch: this.#plan.rooms.at('neurons'),
    };
    run.space.words(this.#at.block, FIELDS.length).set(FIELDS.map((field) => values[field]));
  }

  write(parameters: ParameterValues, scale: Float64Array): void {
    const { space } = this.#run;
    const { channels, stride } = this.#currents;
    const { thresholdVoltage } = this.#node.context;
    const { fixed, norm, gain, offset, voltage } = firingRule(this.#node, parameters, { scale });
    this.#fixed = fixed;
    const fourTimes = (at: number, values: ArrayLike<number>): void => {
      const to = space.floats(at, 4 * values.length);
      for (let i = 0; i < to.length; i++) to[i] = values[i >> 2]!;
    };
    fourTimes(this.#at.mixing, fixed.mixing);
    fourTimes(this.#at.matrix, fixed.matrix);
    fourTimes(this.#at.voltage, voltage);
    fourTimes(
      this.#at.factor,
      fixed.voltage.map((own) => thresholdVoltage / own),
    );
    space.floats(this.#at.gain, channels).set(gain);
    space.floats(this.#at.driveGain, channels).set(norm.gain);
    space.floats(this.#at.driveBias, channels).set(norm.bias);
    for (let t = 0; t < this.#plan.steps; t++) {
      const row = offset.subarray(t * channels, (t + 1) * channels);
      space.floats(this.#at.offset + 4 * stride * t, channels).set(row);
    }
  }

  fire(x: number, spikes: number): void {
    this.#run.kernel.fire(this.#at.block, x, spikes);
  }

  driveGradient(x: number, dSpikes: number, dDrive: number, sums: number): void {
    this.#run.kernel.driveGradient(this.#at.block, x, dSpikes, dDrive, sums);
  }

  gradients(parameters: ParameterValues, sums: Float64Array): Record<string, ArrayLike<number>> {
    // The four lanes of each entry of M.
    const matrix = Float64Array.from({ length: sums.length / 4 }, (_, i) =>
      sums.subarray(4 * i, 4 * i + 4).reduce((sum, lane) => sum + lane, 0),
    );
    return mixingGradient(this.#node, this.#fixed, parameters, matrix);
  }
}
