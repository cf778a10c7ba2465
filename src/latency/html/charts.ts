/** Plots as SVG, without scripts. Colours are classes `c0` to `c7` of the page's style. */
import { scaleBand, scaleLinear, scaleLog } from 'd3-scale';
import { digits, escape } from './markup.ts';

/** How many colours there are. */
export const COLOURS = 8;

const WIDTH = 440;
const HEIGHT = 270;
const MARGIN = { top: 12, right: 22, bottom: 40, left: 58 };

/** What positions values. */
interface Scale {
  (value: number): number;
  ticks(count: number): number[];
}

/** An axis of a plot. */
export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** Ticks in place of round numbers, and what they are called. */
  readonly ticks?: readonly { readonly at: number; readonly text: string }[];
  /** Values that must be on it. */
  readonly include?: readonly number[];
  readonly format?: (value: number) => string;
}

/** A point, with an interval of y where there is one. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number | null;
  readonly high?: number | null;
}

/** A line of a plot. */
export interface Series {
  readonly points: readonly Point[];
  readonly colour: number;
  /** Intervals as an area, as bars, or points without a line. Default: a line. */
  readonly form?: 'line' | 'area' | 'bars' | 'dots';
  readonly dashed?: boolean;
}

/** A stretch of x, or one x, that is marked. */
export interface Mark {
  readonly from: number;
  readonly to?: number;
  readonly text: string;
}

const at = (value: number): string => value.toFixed(1);

function svg(height: number, label: string, body: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(label)}">${body}</svg>`;
}

function scaleOf(axis: Axis, values: readonly number[], range: [number, number]): Scale {
  const all = [...values, ...(axis.include ?? [])].filter(Number.isFinite);
  if (axis.log) {
    const positive = all.filter((value) => value > 0);
    const least = positive.length === 0 ? 1 : Math.min(...positive);
    return scaleLog([least, Math.max(least * 1.5, ...positive)], range).nice();
  }
  const [least, most] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  return scaleLinear([least, most === least ? least + 1 : most], range).nice();
}

/** Ticks of a logarithmic axis are many: powers of ten, with 2 and 5 where there is room. */
function ticksOf(axis: Axis, scale: Scale, count: number): { at: number; text: string }[] {
  if (axis.ticks !== undefined) return [...axis.ticks];
  const format = axis.format ?? roundNumber;
  let values = scale.ticks(count);
  if (axis.log) {
    const round = (steps: readonly number[]): number[] =>
      values.filter((value) =>
        steps.some((step) => Math.abs(value / 10 ** Math.floor(Math.log10(value) + 1e-9) - step) < 1e-6),
      );
    values = values.length > 30 ? round([1]) : values.length > 9 ? round([1, 2, 5]) : values;
  }
  return values.map((value) => ({ at: value, text: format(value) }));
}

/** Ticks are round: no digits but their own. */
function roundNumber(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en', { maximumFractionDigits: 6 });
}

/** Lines over two axes. */
export function lineChart(x: Axis, y: Axis, series: readonly Series[], marks: readonly Mark[] = []): string {
  const points = series.flatMap((own) => own.points);
  const xScale = scaleOf(x, points.map((point) => point.x), [MARGIN.left, WIDTH - MARGIN.right]); // prettier-ignore
  const reach = points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]);
  const yScale = scaleOf(y, reach, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const bottom = HEIGHT - MARGIN.bottom;
  const parts = [
    ...ticksOf(y, yScale, 5).map(
      ({ at: value, text }) =>
        `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at(yScale(value))}" y2="${at(yScale(value))}"/><text class="tick" text-anchor="end" x="${MARGIN.left - 6}" y="${at(yScale(value) + 4)}">${escape(text)}</text>`,
    ),
    ...ticksOf(x, xScale, 6).map(
      ({ at: value, text }) =>
        `<line class="grid" x1="${at(xScale(value))}" x2="${at(xScale(value))}" y1="${MARGIN.top}" y2="${bottom}"/><text class="tick" text-anchor="middle" x="${at(xScale(value))}" y="${bottom + 16}">${escape(text)}</text>`,
    ),
    `<text class="label" text-anchor="middle" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 6}">${escape(x.label)}</text>`,
    `<text class="label" text-anchor="middle" transform="translate(12 ${(MARGIN.top + bottom) / 2}) rotate(-90)">${escape(y.label)}</text>`,
    ...marks.map((mark) => markOf(mark, xScale)),
    ...series.map((own) => seriesOf(own, xScale, yScale)),
  ];
  return svg(HEIGHT, `${y.label} by ${x.label}`, parts.join(''));
}

function markOf({ from, to, text }: Mark, x: Scale): string {
  const left = x(from);
  const width = to === undefined ? 0 : x(to) - left;
  const height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const area =
    to === undefined
      ? `<line class="mark" x1="${at(left)}" x2="${at(left)}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/>`
      : `<rect class="marked" x="${at(left)}" y="${MARGIN.top}" width="${at(width)}" height="${height}"/>`;
  return `${area}<text class="tick" x="${at(left + 4)}" y="${MARGIN.top + 12}">${escape(text)}</text>`;
}

function seriesOf({ points, colour, form = 'line', dashed }: Series, x: Scale, y: Scale): string {
  const place = ({ x: px, y: py }: Point): string => `${at(x(px))} ${at(y(py))}`;
  const line = (): string =>
    `<path class="line s${colour}"${dashed ? ' stroke-dasharray="5 4"' : ''} d="M${points.map(place).join('L')}"/>`;
  const dots = (): string =>
    points
      .map((point) => `<circle class="c${colour}" cx="${at(x(point.x))}" cy="${at(y(point.y))}" r="2.6"/>`)
      .join('');
  if (points.length === 0) return '';
  if (form === 'dots') return dots();
  const spread = points.filter(({ low, high }) => typeof low === 'number' && typeof high === 'number');
  if (form === 'area' && spread.length > 1) {
    const upper = spread.map((point) => `${at(x(point.x))} ${at(y(point.high!))}`);
    const lower = spread.map((point) => `${at(x(point.x))} ${at(y(point.low!))}`).reverse();
    return `<path class="area c${colour}" d="M${[...upper, ...lower].join('L')}Z"/>${line()}${dots()}`;
  }
  if (form === 'bars') {
    const bars = spread.map(
      (point) =>
        `<line class="line s${colour}" x1="${at(x(point.x))}" x2="${at(x(point.x))}" y1="${at(y(point.low!))}" y2="${at(y(point.high!))}"/>`,
    );
    return `${bars.join('')}${line()}${dots()}`;
  }
  return points.length === 1 ? dots() : line();
}

/** A bar of parts. */
export interface StackedBar {
  readonly label: string;
  readonly parts: readonly number[];
}

/** Horizontal bars, each with its name above and its sum behind. Parts below 0 are as good as nothing. */
export function stackedBars(bars: readonly StackedBar[], unit: string): string {
  const row = 40;
  const height = bars.length * row + 8;
  const sums = bars.map(({ parts }) => parts.reduce((sum, part) => sum + Math.max(0, part), 0));
  const x = scaleLinear([0, Math.max(1e-9, ...sums)], [2, WIDTH - 70]);
  const y = scaleBand(bars.map((_, i) => String(i)), [0, bars.length * row]); // prettier-ignore
  const drawn = bars.map(({ label, parts }, i) => {
    const top = y(String(i))!;
    let from = 0;
    const pieces = parts.map((part, colour) => {
      const width = x(from + Math.max(0, part)) - x(from);
      const left = x(from);
      from += Math.max(0, part);
      return `<rect class="c${colour % COLOURS}" x="${at(left)}" y="${at(top + 18)}" width="${at(width)}" height="16"><title>${escape(`${digits(part)} ${unit}`)}</title></rect>`;
    });
    const total = parts.reduce((sum, part) => sum + part, 0);
    return `<text class="label" x="2" y="${at(top + 13)}">${escape(label)}</text>${pieces.join('')}<text class="tick" x="${at(x(sums[i]!) + 6)}" y="${at(top + 30)}">${digits(total)} ${unit}</text>`;
  });
  return svg(height, bars.map(({ label }) => label).join(', '), drawn.join(''));
}
