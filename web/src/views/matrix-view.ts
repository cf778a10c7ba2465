/** The scores of the window in work: a cell for each class and time step. */
import type { LiveState } from '../model/live-state.ts';
import { element, sharpCanvas, themeColour } from './dom.ts';

const LEFT = 34;
const BOTTOM = 20;

/** See the file comment. */
export class MatrixView {
  readonly #canvas = element<HTMLCanvasElement>('score-matrix');

  render({ welcome, stepScores }: LiveState): void {
    if (welcome === null) return;
    const { context, width, height } = sharpCanvas(this.#canvas);
    const { classes, steps } = welcome;
    const cellWidth = (width - LEFT) / steps;
    const cellHeight = (height - BOTTOM) / classes.length;
    const [track, fill, ink] = [themeColour('--track'), themeColour('--accent'), themeColour('--muted')];
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    classes.forEach((name, row) => {
      const y = row * cellHeight;
      context.globalAlpha = 1;
      context.fillStyle = ink;
      context.textAlign = 'right';
      context.fillText(name.slice(0, 5), LEFT - 8, y + cellHeight / 2);
      for (let step = 0; step < steps; step++) {
        const x = LEFT + step * cellWidth;
        context.globalAlpha = 1;
        context.fillStyle = track;
        context.fillRect(x + 1, y + 1, cellWidth - 2, cellHeight - 2);
        context.globalAlpha = stepScores[step]?.[row] ?? 0;
        context.fillStyle = fill;
        context.fillRect(x + 1, y + 1, cellWidth - 2, cellHeight - 2);
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = ink;
    context.textAlign = 'center';
    for (let step = 0; step < steps; step++) {
      context.fillText(String(step + 1), LEFT + (step + 0.5) * cellWidth, height - BOTTOM / 2 + 2);
    }
  }
}
