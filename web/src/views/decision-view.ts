/** The decision, large, with the score of every class. */
import type { LiveState } from '../model/live-state.ts';
import { element, percent, setText } from './dom.ts';

interface ScoreRow {
  readonly row: HTMLElement;
  readonly bar: HTMLElement;
  readonly value: HTMLElement;
}

/** See the file comment. */
export class DecisionView {
  #rows: ScoreRow[] = [];
  #classes: readonly string[] = [];

  render({ welcome, decision, final }: LiveState): void {
    if (welcome !== null && welcome.classes !== this.#classes) this.#build(welcome.classes);
    if (decision === null) {
      this.#clear();
      return;
    }
    const shown = final ?? decision;
    const known = shown.segment?.label ?? null;
    const label = element('decision-label');
    setText('truth-label', known ?? '–');
    setText('now-step', `now: step ${decision.step + 1} of ${decision.steps}`);
    setText('decision-label', shown.label);
    label.dataset['verdict'] = known === null ? 'unknown' : known === shown.label ? 'right' : 'wrong';
    setText('decision-confidence', percent(shown.scores[shown.classIndex]!));
    setText('decided-at', `decided at step ${shown.step + 1} of ${shown.steps}`);
    decision.scores.forEach((score, i) => {
      const { row, bar, value } = this.#rows[i]!;
      row.classList.toggle('best', i === decision.classIndex);
      bar.style.setProperty('--share', `${(100 * score).toFixed(1)}%`);
      value.textContent = percent(score);
    });
  }

  #clear(): void {
    for (const id of ['truth-label', 'decision-label', 'decision-confidence']) setText(id, '–');
    for (const id of ['now-step', 'decided-at']) setText(id, '');
    element('decision-label').dataset['verdict'] = 'unknown';
    for (const { row, bar, value } of this.#rows) {
      row.classList.remove('best');
      bar.style.setProperty('--share', '0%');
      value.textContent = '';
    }
  }

  #build(classes: readonly string[]): void {
    this.#classes = classes;
    this.#rows = classes.map((name) => {
      const row = document.createElement('div');
      row.className = 'score';
      row.role = 'listitem';
      const [label, bar, value] = [
        document.createElement('span'),
        document.createElement('i'),
        document.createElement('span'),
      ];
      label.textContent = name;
      row.append(label, bar, value);
      return { row, bar, value };
    });
    element('scores').replaceChildren(...this.#rows.map(({ row }) => row));
  }
}
