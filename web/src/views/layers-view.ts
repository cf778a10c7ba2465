/** Firing rate of every spiking layer over the last steps. */
import type { LiveState } from '../model/live-state.ts';
import { compact, element, percent, sharpCanvas, themeColour } from './dom.ts';

interface LayerRow {
  readonly canvas: HTMLCanvasElement;
  readonly value: HTMLElement;
}

/** See the file comment. */
export class LayersView {
  #rows: LayerRow[] = [];
  #built: LiveState['welcome'] = null;

  render({ welcome, layerRates, decision }: LiveState): void {
    if (welcome === null) return;
    if (welcome !== this.#built) this.#build(welcome);
    this.#rows.forEach(({ canvas, value }, i) => {
      const rates = layerRates[i] ?? [];
      drawSparkline(canvas, rates);
      const latest = rates.at(-1);
      const spikes = decision === null ? '' : `${compact(decision.spikes[i] ?? 0)} spikes · `;
      value.textContent = latest === undefined ? '–' : `${spikes}${percent(latest)}`;
    });
  }

  #build(welcome: NonNullable<LiveState['welcome']>): void {
    this.#built = welcome;
    this.#rows = [];
    const rows = welcome.layers.map(({ id, neurons }) => {
      const row = document.createElement('div');
      row.className = 'layer';
      row.title = `${id}: ${neurons} neurons`;
      const [name, canvas, value] = [
        document.createElement('span'),
        document.createElement('canvas'),
        document.createElement('span'),
      ];
      name.textContent = id;
      row.append(name, canvas, value);
      this.#rows.push({ canvas, value });
      return row;
    });
    element('layers').replaceChildren(...rows);
  }
}

function drawSparkline(canvas: HTMLCanvasElement, rates: readonly number[]): void {
  const { context, width, height } = sharpCanvas(canvas);
  const highest = Math.max(1e-6, ...rates);
  context.fillStyle = themeColour('--accent');
  const step = width / 120;
  rates.forEach((rate, i) => {
    const bar = Math.max(1, (rate / highest) * (height - 2));
    context.fillRect(i * step, height - bar, Math.max(1, step - 1), bar);
  });
}
