/** The weights of all convolutions, prepared once a batch whichever stages read them. */
import type { EdeSlope } from '../schedule.ts';
import { ConvWeights, type WeightForm } from './conv-weights.ts';
import type { PlanContext, RunContext } from './stage.ts';

/** See the file comment. */
export class NetworkWeights {
  readonly #places: Pick<PlanContext, 'layout' | 'rooms' | 'parameters'>;
  readonly #layers = new Map<string, ConvWeights>();
  #run!: RunContext;

  constructor(places: Pick<PlanContext, 'layout' | 'rooms' | 'parameters'>) {
    this.#places = places;
  }

  /** Those of a layer: whoever asks first says what forms they need. */
  of(id: string, form: WeightForm): ConvWeights {
    const own = this.#layers.get(id) ?? new ConvWeights(id, form, this.#places);
    this.#layers.set(id, own);
    return own;
  }

  start(run: RunContext): void {
    this.#run = run;
    for (const own of this.#layers.values()) own.start(run);
  }

  /** Before a batch. What is packed of signs is there behind the crew's next barrier. */
  async prepare(): Promise<void> {
    const { crew } = this.#run;
    const layers = [...this.#layers.values()];
    for (const own of layers) own.sum();
    await crew.done();
    for (const own of layers) own.centre();
    await crew.done();
    for (const own of layers) own.settle();
    for (const own of layers) own.pack();
  }

  /** Behind a batch: from the gradients of codes to those of weights. */
  async latentGradients(ede: EdeSlope): Promise<void> {
    const { crew } = this.#run;
    crew.barrier();
    for (const own of this.#layers.values()) own.latentGradient(ede);
    await crew.done();
    for (const own of this.#layers.values()) own.straightThrough();
  }
}
