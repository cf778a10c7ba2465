/** Keeps one polarity, or turns it. */
import type { SensorGeometry } from '../../events/index.ts';
import { defineFilter, type AnyFilterDefinition } from '../event-filter.ts';
import { EventwiseFilter } from '../eventwise-filter.ts';
import { StatelessKernel } from '../selection/kernel-selection.ts';
import { PlainSelection, type Judged } from '../selection/plain-selection.ts';

/** 1 where a polarity is kept, or where it changes. */
interface Choice {
  readonly off: number;
  readonly on: number;
  readonly flip: number;
}

class PlainPolarity extends PlainSelection {
  readonly #choice: Choice;

  constructor(sensor: SensorGeometry, choice: Choice) {
    super(sensor, ['p']);
    this.#choice = choice;
  }

  protected judge({ p, length, keeps, moved }: Judged): void {
    const { off, on, flip } = this.#choice;
    for (let i = 0; i < length; i++) {
      const sign = p[i]!;
      keeps[i] = keeps[i]! & (sign === 0 ? off : on);
      moved.p[i] = sign ^ flip;
    }
  }
}

function create(
  sensor: SensorGeometry,
  { keep, invert }: { readonly keep: 'on' | 'off' | 'both'; readonly invert: boolean },
): EventwiseFilter {
  const choice = { off: Number(keep !== 'on'), on: Number(keep !== 'off'), flip: Number(invert) };
  return new EventwiseFilter({
    ...{ id: 'polarity', reason: 'polarity', sensor },
    plain: () => new PlainPolarity(sensor, choice),
    kernel: new StatelessKernel({
      loop: 'polarity',
      sensor,
      reads: ['p'],
      moves: invert ? ['p'] : [],
      fields: { a: -choice.off, b: -choice.on, c: choice.flip },
    }),
  });
}

/** Keeps events of one polarity; `invert` then makes ON of OFF and OFF of ON. Times and order do not matter. */
export const polarity: AnyFilterDefinition = defineFilter({
  id: 'polarity',
  summary: 'keeps one polarity, or turns it',
  source: "OpenEB's PolarityFilterAlgorithm and PolarityInverterAlgorithm, dv's EventPolarityFilter",
  example: 'polarity=keep:on',
  reasons: ['polarity'],
  options: {
    keep: {
      kind: 'choice',
      choices: ['on', 'off', 'both'],
      default: 'both',
      text: 'which events, as they come',
    },
    invert: { kind: 'flag', default: false, text: 'makes ON of OFF and OFF of ON' },
  },
  create,
});
