/** Average pools, kept as sums, and max pools of spikes. */
import type { MapPlace, PlanContext, RunContext, Stage } from './stage.ts';

/** See the file comment. */
export class PoolStage implements Stage {
  readonly #kind: 'sum' | 'max';
  readonly #window: readonly [height: number, width: number];
  readonly #input: MapPlace;
  readonly #output: MapPlace;
  readonly #plan: PlanContext;
  readonly #block: number;
  #run!: RunContext;

  constructor(
    kind: 'sum' | 'max',
    window: readonly [height: number, width: number],
    input: MapPlace,
    output: MapPlace,
    plan: PlanContext,
  ) {
    this.#kind = kind;
    this.#window = window;
    this.#input = input;
    this.#output = output;
    this.#plan = plan;
    this.#block = plan.layout.reserve(32);
    const frames = plan.samples * plan.steps;
    if (input.gradient !== null) plan.rooms.need(input.gradient, 4 * frames * input.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
    const { height, width, stride } = this.#input;
    const { height: outHeight, width: outWidth } = this.#output;
    run.space.words(this.#block, 7).set([height, width, outHeight, outWidth, ...this.#window, stride]);
  }

  forward(samples: number): void {
    const { crew } = this.#run;
    const kind = this.#kind === 'sum' ? 'sumPool' : 'maxPool';
    this.#eachFrame(samples, (from, to) => {
      crew.call(kind, this.#block, from, to);
    });
  }

  backward(samples: number): void {
    if (this.#input.gradient === null) return;
    const { crew } = this.#run;
    const { rooms } = this.#plan;
    const [g, to] = [rooms.at(this.#output.gradient!), rooms.at(this.#input.gradient)];
    this.#eachFrame(samples, (map, pooled, frame) => {
      const [from, into] = [g + 4 * frame * this.#output.bytes, to + 4 * frame * this.#input.bytes];
      if (this.#kind === 'sum') crew.call('sumPoolGradient', this.#block, from, into);
      else crew.call('maxPoolGradient', this.#block, map, pooled, from, into);
    });
  }

  #eachFrame(samples: number, visit: (map: number, pooled: number, frame: number) => void): void {
    const { crew } = this.#run;
    crew.barrier();
    crew.each(samples * this.#plan.steps, (frame) => {
      const map = this.#input.address + frame * this.#input.bytes;
      visit(map, this.#output.address + frame * this.#output.bytes, frame);
    });
  }
}
