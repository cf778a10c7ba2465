/** Event rates and decision latency over the last minute. */
import uPlot from 'uplot';
import type { LiveState, Series } from '../model/live-state.ts';
import { compact, element, milliseconds, setText, themeColour } from './dom.ts';

interface Line {
  readonly label: string;
  readonly colour: string;
}

class TimeChart {
  readonly #host: HTMLElement;
  readonly #lines: readonly Line[];
  readonly #format: (value: number) => string;
  #plot: uPlot | undefined;

  constructor(id: string, lines: readonly Line[], format: (value: number) => string) {
    this.#host = element(id);
    this.#lines = lines;
    this.#format = format;
    new ResizeObserver(() => {
      this.#plot?.setSize(this.#size());
    }).observe(this.#host);
  }

  /** Colours are read when the plot is made. */
  rebuild(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  render({ time, values }: Series): void {
    if (time.length < 2 && this.#plot === undefined) return;
    this.#plot ??= this.#create();
    this.#plot.setData([time, ...values]);
  }

  #size(): { width: number; height: number } {
    return { width: this.#host.clientWidth, height: this.#host.clientHeight };
  }

  #create(): uPlot {
    const axis = {
      stroke: themeColour('--muted'),
      grid: { stroke: themeColour('--line'), width: 1 },
      ticks: { show: false },
    };
    return new uPlot(
      {
        ...this.#size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1e-3)] } },
        axes: [
          {
            ...axis,
            values: (_plot, ticks) => ticks.map((tick) => `${tick.toFixed(0)} s`),
            size: 26,
            space: 70,
          },
          { ...axis, values: (_plot, ticks) => ticks.map(this.#format), size: 58, space: 32 },
        ],
        series: [
          {},
          ...this.#lines.map(({ label, colour }) => ({
            label,
            stroke: themeColour(colour),
            width: 2,
            points: { show: false },
          })),
        ],
      },
      [[], ...this.#lines.map(() => [])],
      this.#host,
    );
  }
}

/** See the file comment. */
export class ChartsView {
  readonly #rates = new TimeChart(
    'rate-chart',
    [
      { label: 'ON', colour: '--on' },
      { label: 'OFF', colour: '--off' },
    ],
    compact,
  );
  readonly #latency = new TimeChart(
    'latency-chart',
    [
      { label: 'p50', colour: '--accent' },
      { label: 'p99', colour: '--bad' },
    ],
    milliseconds,
  );

  #shown: Series | null = null;
  /** Time of the last point that is shown. */
  #newest = 0;

  themeChanged(): void {
    this.#shown = null;
    this.#rates.rebuild();
    this.#latency.rebuild();
  }

  render({ rates, latency, stats }: LiveState): void {
    const newest = rates.time.at(-1) ?? 0;
    if (rates === this.#shown && newest === this.#newest) return;
    this.#shown = rates;
    this.#newest = newest;
    this.#rates.render(rates);
    this.#latency.render(latency);
    const rate = stats && `ON ${compact(stats.onPerSecond)} · OFF ${compact(stats.offPerSecond)}`;
    setText('rate-now', rate ?? '–');
    setText('latency-p50', stats === null ? '–' : milliseconds(stats.latencyMs.p50));
    setText('latency-p99', stats === null ? '–' : milliseconds(stats.latencyMs.p99));
  }
}
