/** Finished windows, newest first. */
import type { HistoryEntry, LiveState } from '../model/live-state.ts';
import { element, percent, setText } from './dom.ts';

function row({ name, label, confidence, truth }: HistoryEntry): HTMLLIElement {
  const item = document.createElement('li');
  const verdict = truth === null ? 'unknown' : truth === label ? 'right' : 'wrong';
  item.dataset['verdict'] = verdict;
  const cell = (className: string, text: string): HTMLSpanElement => {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = text;
    return span;
  };
  item.append(
    cell('mark', { right: '✓', wrong: '✗', unknown: '·' }[verdict]),
    cell('label', truth !== null && truth !== label ? `${label} (${truth})` : label),
    cell('name', name),
    cell('confidence', percent(confidence)),
  );
  return item;
}

/** See the file comment. */
export class HistoryView {
  readonly #list = element('history');
  #newest: HistoryEntry | undefined;

  render({ history, right, judged }: LiveState): void {
    setText('accuracy', judged === 0 ? '–' : `${right} of ${judged} right, ${percent(right / judged)}`);
    const newest = history.at(-1);
    if (newest === this.#newest) return;
    this.#newest = newest;
    this.#list.replaceChildren(...history.toReversed().map(row));
  }
}
