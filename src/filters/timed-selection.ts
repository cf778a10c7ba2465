/** Filters that compare an event's time with when pixels had their last one. */
import type { SensorGeometry } from '../events/index.ts';
import { PixelTimes, TIME_REACH, timeCells } from './pixel-times.ts';
import { KernelSelection, MAX_COMPUTED_SIDE, type KernelRule } from './selection/kernel-selection.ts';
import { PlainSelection, type Judged } from './selection/plain-selection.ts';

/** How a filter judges one event. @param at its pixel's cell. @param now its time as in the cells, without mark. @returns 1: it is kept, else 0. */
export interface EventJudge {
  judge(cells: Int32Array, at: number, now: number, polarity: number): number;
}

/** In plain loops. */
export class PlainTimed extends PlainSelection {
  readonly #times: PixelTimes;
  readonly #sensor: SensorGeometry;
  readonly #firstMicros: number;
  readonly #judge: EventJudge;

  /** @param firstMicros what counts as the last time of every pixel; `-Infinity`: it had none. */
  constructor(sensor: SensorGeometry, firstMicros: number, judge: EventJudge) {
    super(sensor);
    const cells = new Int32Array(timeCells(sensor).length);
    this.#times = new PixelTimes(sensor, () => cells);
    this.#sensor = sensor;
    this.#firstMicros = firstMicros;
    this.#judge = judge;
  }

  override begin(micros: number): boolean {
    this.#times.begin(micros, this.#firstMicros);
    return true;
  }

  protected judge({ t, x, y, p, length, keeps }: Judged): void {
    const times = this.#times;
    const judge = this.#judge;
    const { cells } = times;
    const { stride, first } = timeCells(this.#sensor);
    let { epoch } = times;
    for (let i = 0; i < length; i++) {
      if (keeps[i] === 0) continue;
      const time = t[i]!;
      let since = time - epoch;
      if (!(since < TIME_REACH && since > -TIME_REACH)) {
        epoch = times.moveTo(time);
        since = 0;
      }
      const at = Math.imul(y[i]!, stride) + x[i]! + first;
      keeps[i] = judge.judge(cells, at, (since | 0) << 1, p[i]!);
    }
  }
}

/** In WebAssembly. */
class TimedKernel extends KernelSelection {
  readonly #times: PixelTimes;
  readonly #firstMicros: number;

  constructor(rule: KernelRule, firstMicros: number) {
    super(rule);
    this.#times = new PixelTimes(rule.sensor, () => this.table);
    this.#firstMicros = firstMicros;
  }

  protected reset(micros: number): void {
    this.#times.begin(micros, this.#firstMicros);
    this.block.setDouble('epoch', micros);
  }

  protected override stoppedAt(micros: number): void {
    this.block.setDouble('epoch', this.#times.moveTo(micros));
  }
}

/** The kernel of such a filter; `null` for a sensor whose places it does not compute. */
export function timedKernel(
  rule: Pick<KernelRule, 'loop' | 'reads' | 'fields' | 'sensor'>,
  firstMicros: number,
): KernelSelection | null {
  const { sensor, fields, reads = [] } = rule;
  if (sensor.width > MAX_COMPUTED_SIDE) return null;
  const { stride, first, length } = timeCells(sensor);
  // Events outside have a cell of their own, whose neighbours never have an event.
  const waste = length + stride + 1;
  return new TimedKernel(
    {
      ...rule,
      reads: ['t', ...reads],
      fields: { ...fields, stride, first, waste },
      cells: waste + stride + 4,
    },
    firstMicros,
  );
}
