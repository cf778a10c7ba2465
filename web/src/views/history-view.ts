/** Finished windows, newest first. */
import type { LiveState } from '../model/live-state.ts';
import type { HistoryEntry, ScoreKeeper } from '../model/score-keeper.ts';
import { count, element, percent, setText } from './dom.ts';

function row({ name, label, confidence, truth, events, isRest }: HistoryEntry): HTMLLIElement {
  const item = document.createElement('li');
  const verdict = truth === null || isRest ? 'unknown' : truth === label ? 'right' : 'wrong';
  item.dataset['verdict'] = verdict;
  if (isRest) item.dataset['rest'] = '';
  const cell = (className: string, text: string): HTMLSpanElement => {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = text;
    span.title = text;
    return span;
  };
  item.append(
    cell('mark', { right: '✓', wrong: '✗', unknown: '·' }[verdict]),
    cell('label', truth !== null && truth !== label && !isRest ? `${label} (${truth})` : label),
    cell('name', name),
    isRest
      ? cell('rest', `only ${count(events)} ${events === 1 ? 'event' : 'events'}`)
      : cell('confidence', percent(confidence)),
  );
  return item;
}

function accuracyText({ right, judged, rests }: ScoreKeeper): string {
  if (judged === 0) return '–';
  const rest = rests === 0 ? '' : ` · ${rests} almost empty`;
  return `${right} of ${judged} right, ${percent(right / judged)}${rest}`;
}

/** See the file comment. */
export class HistoryView {
  readonly #list = element('history');
  #shown: ScoreKeeper | undefined;
  #newest: HistoryEntry | undefined;

  render({ score }: LiveState): void {
    setText('accuracy', accuracyText(score));
    const newest = score.history.at(-1);
    if (score === this.#shown && newest === this.#newest) return;
    this.#shown = score;
    this.#newest = newest;
    this.#list.replaceChildren(...score.history.toReversed().map(row));
  }
}
