/** Where branches meet: a residual addition, and what its gradient and those of maps with several readers need. */
import type { CurrentsPlace, CurrentsSource, MapPlace, PlanContext, RunContext, Stage } from './stage.ts';

/** What a residual addition reads beside its main branch. */
export type Shortcut = { readonly spikes: MapPlace } | { readonly currents: CurrentsPlace };

/** main + factor * shortcut, in the place of the main branch's currents. Keeps the sum's gradient for both branches. */
export class ResidualStage implements Stage, CurrentsSource {
  readonly currents: CurrentsPlace;
  readonly scale: Float64Array;
  /** Where the gradient at the sum is kept. */
  readonly kept: `sum ${string}`;
  readonly #shortcut: Shortcut;
  readonly #factor: number;
  readonly #plan: PlanContext;
  #run!: RunContext;

  constructor(id: string, main: CurrentsSource, shortcut: Shortcut, factor: number, plan: PlanContext) {
    this.currents = main.currents;
    this.scale = main.scale;
    this.kept = `sum ${id}`;
    this.#shortcut = shortcut;
    this.#factor = factor;
    this.#plan = plan;
    const frames = plan.samples * plan.steps;
    plan.rooms.need(this.kept, frames * this.currents.gradientBytes);
    if ('spikes' in shortcut && shortcut.spikes.gradient !== null)
      plan.rooms.need(shortcut.spikes.gradient, 4 * frames * shortcut.spikes.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  forward(samples: number): void {
    const { crew } = this.#run;
    const { address, bytes } = this.currents;
    const shortcut = this.#shortcut;
    crew.barrier();
    crew.each(samples * this.#plan.steps, (frame) => {
      const to = address + frame * bytes;
      if ('spikes' in shortcut) {
        const { spikes } = shortcut;
        const from = spikes.address + frame * spikes.bytes;
        crew.call('addScaledBytes', to, from, spikes.bytes, this.#factor);
      } else crew.call('addScaled', to, shortcut.currents.address + frame * bytes, bytes / 4, this.#factor);
    });
  }

  backward(samples: number): void {
    const { crew } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.currents;
    const shortcut = this.#shortcut;
    crew.barrier();
    crew.each(samples * steps, (frame) => {
      const g = rooms.at('currents') + frame * gradientBytes;
      crew.call('copyScaled', rooms.at(this.kept) + frame * gradientBytes, g, gradientBytes / 4, 1);
      if (!('spikes' in shortcut) || shortcut.spikes.gradient === null) return;
      const { bytes, gradient } = shortcut.spikes;
      crew.call('copyScaled', rooms.at(gradient) + 4 * frame * bytes, g, bytes, this.#factor);
    });
  }
}

/** Behind a branch: brings the gradient at the sum to where the branch looks for it. */
export class BranchStage implements Stage {
  readonly #kept: `sum ${string}`;
  readonly #currents: CurrentsPlace;
  readonly #factor: number;
  readonly #plan: PlanContext;
  #run!: RunContext;

  constructor(kept: `sum ${string}`, currents: CurrentsPlace, factor: number, plan: PlanContext) {
    this.#kept = kept;
    this.#currents = currents;
    this.#factor = factor;
    this.#plan = plan;
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  forward(): void {
    // The sum is made by the addition.
  }

  backward(samples: number): void {
    const { crew } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.#currents;
    crew.barrier();
    crew.each(samples * steps, (frame) => {
      const at = frame * gradientBytes;
      const [to, from] = [rooms.at('currents') + at, rooms.at(this.#kept) + at];
      crew.call('copyScaled', to, from, gradientBytes / 4, this.#factor);
    });
  }
}

/** In front of a reader of a map that others read later: adds the reader's gradient to theirs. */
export class JoinStage implements Stage {
  readonly #map: MapPlace;
  readonly #plan: PlanContext;
  #run!: RunContext;

  constructor(map: MapPlace, plan: PlanContext) {
    this.#map = map;
    this.#plan = plan;
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  forward(): void {
    // The map is read as it is.
  }

  backward(samples: number): void {
    const { crew } = this.#run;
    const { rooms, steps } = this.#plan;
    const { bytes, gradient } = this.#map;
    crew.barrier();
    crew.each(samples * steps, (frame) => {
      const at = 4 * frame * bytes;
      crew.call('addScaled', rooms.at(gradient!) + at, rooms.at('branch') + at, bytes, 1);
    });
  }
}
