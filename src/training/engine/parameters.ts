/** A network's parameters in the engine's memory: values, gradients and moments, each one stretch. */
import { SeededRandom } from '../../events/index.ts';
import {
  elementCount,
  initialValues,
  networkParameterSpecs,
  type NetworkDescription,
  type NetworkParameters,
  type ParameterSpec,
  type ParameterValues,
} from '../../network/index.ts';
import { TrainingError } from '../errors.ts';
import { momentsOf, type OptimiserSpec, type OptimiserState } from '../optimiser-spec.ts';
import type { Kernel } from './kernel.ts';
import { EngineOptimiser } from './optimiser.ts';
import { padded, type Layout, type Space } from './space.ts';

/** Share of the old value in a running statistic. */
const STATISTICS_MOMENTUM = 0.9;

/** Where a parameter lies. Rows of weights are filled up to whole vectors; everything else is one row. */
export interface ParameterPlace {
  readonly rows: number;
  readonly columns: number;
  /** Numbers from the beginning of each stretch. */
  readonly offset: number;
}

interface Parameter {
  readonly id: string;
  readonly spec: ParameterSpec;
  /** `null` for running statistics, which no kernel needs. */
  readonly place: ParameterPlace | null;
}

function placeOf({ name, shape }: ParameterSpec, offset: number): ParameterPlace {
  const columns = name === 'weight' ? shape.at(-1)! : elementCount(shape);
  return { rows: elementCount(shape) / columns, columns, offset };
}

/** See the file comment. */
export class EngineParameters {
  readonly #parameters: readonly Parameter[];
  readonly #count: number;
  readonly #stretches: readonly [values: number, gradients: number, first: number, second: number];
  readonly #statistics: Record<string, Record<string, Float32Array>> = {};
  #space!: Space;
  #optimiser!: EngineOptimiser;

  constructor(description: NetworkDescription, layout: Layout) {
    let count = 0;
    this.#parameters = Object.entries(networkParameterSpecs(description)).flatMap(([id, specs]) =>
      specs.map((spec): Parameter => {
        if (!spec.trainable) return { id, spec, place: null };
        const place = placeOf(spec, count);
        count += place.rows * padded(place.columns);
        return { id, spec, place };
      }),
    );
    this.#count = count;
    const stretch = (): number => layout.reserve(4 * count);
    this.#stretches = [stretch(), stretch(), stretch(), stretch()];
  }

  /** Begins with the initial values of a seed, the same as the TensorFlow.js trainer's. */
  start(space: Space, seed: number, spec: Required<OptimiserSpec>): void {
    this.#space = space;
    const [own, gradients, first, second] = this.#stretches;
    const decaying = this.#parameters.flatMap(({ spec: { name }, place }) =>
      name !== 'weight' || place === null
        ? []
        : [[place.offset, place.rows * padded(place.columns)] as const],
    );
    const stretches = { values: own, gradients, first, second, count: this.#count, decaying };
    this.#optimiser = new EngineOptimiser(spec, stretches);
    const random = new SeededRandom(seed);
    for (const { id, spec, place } of this.#parameters) {
      const values = initialValues(spec, random);
      if (place === null) (this.#statistics[id] ??= {})[spec.name] = values;
      else this.#fill(this.#stretches[0], place, values);
    }
  }

  /** Addresses of a trainable parameter and its gradient. */
  place(id: string, name: string): ParameterPlace & { readonly value: number; readonly gradient: number } {
    const { place } = this.#parameters.find((own) => own.id === id && own.spec.name === name)!;
    const [values, gradients] = this.#stretches;
    return { ...place!, value: values + 4 * place!.offset, gradient: gradients + 4 * place!.offset };
  }

  /** Steps taken. */
  get iterations(): number {
    return this.#optimiser.scalars.iterations;
  }

  clearGradients(): void {
    this.#space.floats(this.#stretches[1], this.#count).fill(0);
  }

  /** All of a layer's parameters but its weights: they are few. */
  small(id: string): ParameterValues {
    const values: Record<string, Float32Array> = { ...this.#statistics[id] };
    for (const { id: own, spec, place } of this.#parameters) {
      if (own === id && place !== null) values[spec.name] = this.#read(this.#stretches[0], place);
    }
    return values;
  }

  set(id: string, name: string, values: Float32Array): void {
    const { place } = this.#parameters.find((own) => own.id === id && own.spec.name === name)!;
    this.#fill(this.#stretches[0], place!, values);
  }

  /** Adds to the gradient of a parameter that is one row. */
  addGradient(id: string, name: string, values: ArrayLike<number>): void {
    const { gradient, columns } = this.place(id, name);
    const sum = this.#space.floats(gradient, columns);
    for (let c = 0; c < columns; c++) sum[c]! += values[c]!;
  }

  /** Moves running statistics towards those of a batch. */
  recordStatistics(id: string, mean: Float32Array, variance: Float32Array): void {
    const own = this.#statistics[id]!;
    const moved = (running: Float32Array, batch: Float32Array): Float32Array =>
      running.map((old, c) => STATISTICS_MOMENTUM * old + (1 - STATISTICS_MOMENTUM) * batch[c]!);
    own['mean'] = moved(own['mean']!, mean);
    own['variance'] = moved(own['variance']!, variance);
  }

  /** One step of the optimiser along the gradients. */
  step(kernel: Kernel, rate: number): void {
    this.#optimiser.step(kernel, rate);
  }

  /** A copy of all parameters. */
  snapshot(): NetworkParameters {
    return this.#collect(this.#stretches[0]);
  }

  /** A copy of all gradients of trainable parameters. */
  gradients(): NetworkParameters {
    return this.#collect(this.#stretches[1]);
  }

  /** The optimiser's state. */
  optimiser(): OptimiserState {
    const { scalars } = this.#optimiser;
    const places = this.#parameters.flatMap(({ place }) => (place === null ? [] : [place]));
    const moments = this.#momentStretches.flatMap((at) => places.map((place) => this.#read(at, place)));
    return { ...scalars, moments: scalars.iterations === 0 ? [] : moments };
  }

  get #momentStretches(): readonly number[] {
    return this.#stretches.slice(2, 2 + momentsOf(this.#optimiser.kind));
  }

  /** @throws TrainingError `WRONG_CHECKPOINT` if a parameter or moment is missing or has another size. */
  restore(parameters: NetworkParameters, { moments, ...scalars }: OptimiserState): void {
    const trainable = this.#parameters.filter(({ place }) => place !== null);
    const own = this.#momentStretches.flatMap((at) =>
      trainable.map(({ spec, place }) => ({ at, spec, place })),
    );
    const fits =
      moments.length === own.length &&
      moments.every(({ length }, i) => length === elementCount(own[i]!.spec.shape));
    if (moments.length > 0 && !fits)
      throw new TrainingError('WRONG_CHECKPOINT', "The optimiser's state does not fit the network.");
    for (const { id, spec, place } of this.#parameters) {
      const values = parameters[id]?.[spec.name];
      if (values?.length !== elementCount(spec.shape)) {
        throw new TrainingError('WRONG_CHECKPOINT', `${id}.${spec.name} does not fit the network.`);
      }
      if (place === null) this.#statistics[id]![spec.name] = Float32Array.from(values);
      else this.#fill(this.#stretches[0], place, values);
    }
    for (const [i, { at, place }] of own.entries()) {
      if (moments.length > 0) this.#fill(at, place!, moments[i]!);
      else this.#space.floats(at + 4 * place!.offset, place!.rows * padded(place!.columns)).fill(0);
    }
    this.#optimiser.scalars = scalars;
  }

  #collect(stretch: number): NetworkParameters {
    const values: Record<string, Record<string, Float32Array>> = {};
    for (const { id, spec, place } of this.#parameters) {
      const own = (values[id] ??= {});
      if (place !== null) own[spec.name] = this.#read(stretch, place);
      else if (stretch === this.#stretches[0]) own[spec.name] = this.#statistics[id]![spec.name]!.slice();
    }
    return values;
  }

  #read(stretch: number, { rows, columns, offset }: ParameterPlace): Float32Array {
    const width = padded(columns);
    const from = this.#space.floats(stretch + 4 * offset, rows * width);
    const values = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      values.set(from.subarray(row * width, row * width + columns), row * columns);
    }
    return values;
  }

  #fill(stretch: number, { rows, columns, offset }: ParameterPlace, values: ArrayLike<number>): void {
    const width = padded(columns);
    const to = this.#space.floats(stretch + 4 * offset, rows * width);
    // What fills rows up must be no NaN that training left there.
    to.fill(0);
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < columns; c++) to[row * width + c] = values[row * columns + c]!;
    }
  }
}
