/** The scores of the window in work: a cell for each class and time step. */
import type { LiveState } from '../model/live-state.ts';
import { shownClasses } from '../model/shown-classes.ts';
import { element, sharpCanvas, themeColour } from './dom.ts';

/** Space for the names of classes: at least this, at most a share of the width. */
const NARROWEST_NAMES = 26;
const WIDEST_NAMES = 0.35;
const GAP = 8;
const BOTTOM = 20;
/** Between the numbers under the steps. */
const NARROWEST_NUMBER = 22;
const FONT = '12px system-ui, sans-serif';

/** See the file comment. */
export class MatrixView {
  readonly #canvas = element<HTMLCanvasElement>('score-matrix');
  /** Names of the rows that are drawn, from above. */
  #names: readonly string[] = [];

  constructor() {
    // What does not fit is read under the pointer.
    this.#canvas.addEventListener('mousemove', ({ offsetY }) => {
      const row = Math.floor((offsetY / (this.#canvas.clientHeight - BOTTOM)) * this.#names.length);
      this.#canvas.title = this.#names[row] ?? '';
    });
  }

  render({ welcome, stepScores }: LiveState): void {
    if (welcome === null) return;
    const { context, width, height } = sharpCanvas(this.#canvas);
    const { classes, steps } = welcome;
    const shown = shownClasses(classes.length, stepScores.at(-1) ?? null);
    this.#names = shown.map((index) => classes[index]!);
    const [track, fill, ink] = [themeColour('--track'), themeColour('--accent'), themeColour('--muted')];
    context.font = FONT;
    context.textBaseline = 'middle';
    const widest = Math.max(...this.#names.map((name) => context.measureText(name).width));
    const left = Math.min(WIDEST_NAMES * width, Math.max(NARROWEST_NAMES, widest)) + GAP;
    const cellWidth = (width - left) / steps;
    const cellHeight = (height - BOTTOM) / shown.length;
    const inset = cellWidth > 4 ? 1 : 0;
    shown.forEach((index, row) => {
      const y = row * cellHeight;
      context.globalAlpha = 1;
      context.fillStyle = ink;
      context.textAlign = 'right';
      context.fillText(cut(context, classes[index]!, left - GAP), left - GAP, y + cellHeight / 2);
      for (let step = 0; step < steps; step++) {
        const x = left + step * cellWidth;
        context.globalAlpha = 1;
        context.fillStyle = track;
        context.fillRect(x + inset, y + 1, cellWidth - 2 * inset, cellHeight - 2);
        context.globalAlpha = stepScores[step]?.[index] ?? 0;
        context.fillStyle = fill;
        context.fillRect(x + inset, y + 1, cellWidth - 2 * inset, cellHeight - 2);
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = ink;
    context.textAlign = 'center';
    const every = Math.ceil(NARROWEST_NUMBER / cellWidth);
    for (let step = 0; step < steps; step += every) {
      context.fillText(String(step + 1), left + (step + 0.5) * cellWidth, height - BOTTOM / 2 + 2);
    }
  }
}

/** A name that fits, with an ellipsis where it was cut. */
function cut(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let length = name.length;
  while (length > 1 && context.measureText(`${name.slice(0, length)}…`).width > width) length--;
  return `${name.slice(0, length)}…`;
}
