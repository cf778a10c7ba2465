/** Counting a frame's events in WebAssembly SIMD. */
import type { EventBatch } from '../events/index.ts';
import { countsOf, PlainCounter, type Counted, type EventCounter } from './count-plain.ts';
import { CountSpace, planBytes, type CountPlan } from './count-space.ts';
import { copyCounts } from './counts.ts';
import { oncePerThread, placeTables } from './event-room.ts';
import { sameMap, type PixelMap } from './pixel-map.ts';
import type { CountArray, CountType } from './types.ts';

/** Larger frames are counted by the plain loop: the kernel's memory stays as large as it once was. */
const MAX_BYTES = 16 * 2 ** 20;

/** Does what {@link PlainCounter} does. */
export class KernelCounter implements EventCounter {
  readonly #space: CountSpace;
  readonly #plan: CountPlan;

  constructor(space: CountSpace, plan: CountPlan) {
    this.#space = space;
    this.#plan = plan;
  }

  count(batches: readonly EventBatch[], room?: CountArray): Counted {
    const { counts, ...account } = this.#space.count(this.#plan, batches);
    if (room === undefined) return { counts: copyCounts(counts), ...account };
    room.set(counts);
    return { counts: room, ...account };
  }
}

function planOf(map: PixelMap, countType: CountType): CountPlan {
  return { map, countType, counts: countsOf(map), tables: placeTables(map) };
}

/** The newest plans. Cameras of one kind take turns, and the space need not be made ready for each. */
const plans: CountPlan[] = [];
const MAX_PLANS = 16;

function sharedPlan(map: PixelMap, countType: CountType): CountPlan {
  const same = plans.find((other) => other.countType === countType && sameMap(other.map, map));
  if (same !== undefined) return same;
  const plan = planOf(map, countType);
  if (plans.unshift(plan) > MAX_PLANS) plans.pop();
  return plan;
}

/** The thread's space; `null` where the kernel cannot run. */
const sharedSpace = oncePerThread(() => new CountSpace());

/** The fastest counter for a map. */
export function createCounter(map: PixelMap, countType: CountType): EventCounter {
  const plan = sharedPlan(map, countType);
  const space = planBytes(plan) > MAX_BYTES ? null : sharedSpace();
  return space === null ? new PlainCounter(map, countType) : new KernelCounter(space, plan);
}
