/** MFP neurons: T currents of a neuron are mixed by M, then compared with the threshold. */
import {
  firingRule,
  usedTaps,
  type FixedPointM,
  type MfpNode,
  type ParameterValues,
} from '../../network/index.ts';
import { mixingGradient } from './mixing-gradient.ts';
import type { NeuronRule, RowBand } from './neuron-rule.ts';
import type { OwnBlock } from './rooms.ts';
import type { CurrentsPlace, PlanContext, RunContext } from './stage.ts';

/** The block in the order of kernels/training/mixing.ts. */
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
  readonly #block: OwnBlock;
  readonly #at: Readonly<Record<Table, number>>;
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
      mixing: vectors(steps * steps),
      matrix: vectors(steps * steps),
      gain: perChannel(1),
      offset: perChannel(steps),
      voltage: vectors(steps),
      factor: vectors(steps),
      driveGain: perChannel(1),
      driveBias: perChannel(1),
    };
    this.#block = rooms.reserveBlock(4 * FIELDS.length);
    rooms.needOwn('neurons', 16 * (8 * steps + steps * steps) + 8 * stride);
  }

  start(run: RunContext): void {
    this.#run = run;
    const { height, width, stride } = this.#currents;
    const { rooms, steps } = this.#plan;
    for (let thread = 0; thread < rooms.threads; thread++) {
      const scratch = rooms.ownAt('neurons', thread);
      const reach = reachOf(this.#node);
      const values = { ...this.#at, steps, height, width, channels: stride, reach, scratch };
      const words = run.space.words(rooms.blockAt(this.#block, thread), FIELDS.length);
      words.set(FIELDS.map((field) => values[field]));
    }
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

  fire(x: number, spikes: number, { first, end }: RowBand): void {
    const { width } = this.#currents;
    const block = this.#plan.rooms.block(this.#block);
    this.#run.crew.call('fire', block, x, spikes, first * width, end * width);
  }

  driveGradient(x: number, dSpikes: number, dDrive: number, sums: number, { first, end }: RowBand): void {
    const block = this.#plan.rooms.block(this.#block);
    this.#run.crew.call('driveGradient', block, x, dSpikes, dDrive, sums, first, end);
  }

  gradients(parameters: ParameterValues, sums: Float64Array): Record<string, ArrayLike<number>> {
    // The four lanes of each entry of M.
    const matrix = Float64Array.from({ length: sums.length / 4 }, (_, i) =>
      sums.subarray(4 * i, 4 * i + 4).reduce((sum, lane) => sum + lane, 0),
    );
    return mixingGradient(this.#node, this.#fixed, parameters, matrix);
  }
}
