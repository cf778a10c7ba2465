/** The page of the results. */
import { lineChart } from '../../dist/src/latency/html/charts.js';
import { escape, figure, legend, percent, section, table } from '../../dist/src/latency/html/markup.js';
import { STYLE } from '../../dist/src/latency/html/style.js';

const amount = (value) => value.toLocaleString('en');

function rocOf({ rateHz, signalEvents, noiseEvents, filters }) {
  const caption = `${rateHz} Hz a pixel: ${amount(noiseEvents)} events of noise among ${amount(signalEvents)} of the recordings`;
  const axis = (label) => ({ label, include: [0, 1], format: (value) => `${Math.round(100 * value)} %` });
  const series = filters.map(({ points }, colour) => ({
    colour,
    points: [...points]
      .sort((a, b) => a.noise - b.noise || a.signal - b.signal)
      .map(({ noise, signal }) => ({ x: noise, y: signal })),
  }));
  const chance = { colour: 7, dashed: true, points: [0, 1].map((value) => ({ x: value, y: value })) };
  return figure(caption, lineChart(axis('noise kept'), axis('signal kept'), [...series, chance]));
}

function retainedOf({ filters }) {
  const rows = filters.map(({ name, swept, area, at10, at1 }) => [
    escape(name),
    area.toFixed(3),
    ...[at10, at1].flatMap((best) =>
      best === null ? ['–', ''] : [percent(best.signal), `<small>${swept} ${amount(best.value)}</small>`],
    ),
  ]);
  return table(['', 'area', 'signal at 10 % noise', '', 'at 1 %', ''], rows);
}

/** @param sets name, what it is, and the results for each rate of noise. */
export function page(sets, about) {
  const parts = sets.map(({ name, text, rates }) =>
    section(
      escape(name),
      `<p>${escape(text)}</p>`,
      legend(rates[0].filters.map((filter) => escape(filter.name))),
      `<div class="plots">${rates.map(rocOf).join('')}</div>`,
      ...rates.map((rate) => `<h3>Noise of ${rate.rateHz} Hz a pixel</h3>${retainedOf(rate)}`),
    ),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Filters against noise</title><style>${STYLE}</style></head><body><h1>Filters against noise</h1><p>${escape(about)}</p>${parts.join('')}</body></html>\n`;
}
