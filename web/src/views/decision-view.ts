/** The decision, large, with the scores of the classes. */
import type { LiveState } from '../model/live-state.ts';
import { MOST_CLASSES, shownClasses } from '../model/shown-classes.ts';
import { count, element, percent, setName, setText } from './dom.ts';

interface ScoreRow {
  readonly row: HTMLElement;
  readonly name: HTMLElement;
  readonly bar: HTMLElement;
  readonly value: HTMLElement;
}

/** See the file comment. */
export class DecisionView {
  readonly #label = element('decision-label');
  readonly #truth = element('truth-label');
  #rows: ScoreRow[] = [];
  #built: LiveState['welcome'] = null;

  render({ welcome, decision, final, cameras, selected, ended }: LiveState): void {
    if (welcome === null) return;
    if (welcome !== this.#built) this.#build(welcome);
    const segment = decision?.segment ?? (selected === null ? null : cameras.get(selected)?.segment);
    setName(this.#truth, segment?.label ?? '–');
    if (decision === null) {
      this.#clear(welcome.classes, segment === undefined || segment === null || ended);
      return;
    }
    const shown = final ?? decision;
    const known = shown.segment?.label ?? null;
    setName(this.#label, shown.label);
    this.#label.style.setProperty('--letters', String(Math.max(2, shown.label.length)));
    // A decision on the way is no verdict yet.
    const verdict = final === null || known === null ? 'unknown' : known === shown.label ? 'right' : 'wrong';
    this.#label.dataset['verdict'] = verdict;
    setText('decision-confidence', percent(shown.scores[shown.classIndex]!));
    const events = `${count(shown.windowEvents)} events`;
    setText('decided-at', final === null ? `so far, ${events}` : `after ${shown.steps} steps, ${events}`);
    setText('now-step', `now: window ${decision.window + 1}, step ${decision.step + 1} of ${decision.steps}`);
    this.#showScores(welcome.classes, decision.scores, decision.classIndex);
  }

  #clear(classes: readonly string[], isIdle: boolean): void {
    setName(this.#label, '–');
    this.#label.dataset['verdict'] = 'none';
    setText('decision-confidence', '');
    setText('decided-at', '');
    setText('now-step', isIdle ? '' : 'waiting for the first step');
    this.#showScores(classes, null, -1);
  }

  #showScores(classes: readonly string[], scores: readonly number[] | null, best: number): void {
    const indices = shownClasses(classes.length, scores);
    this.#rows.forEach(({ row, name, bar, value }, i) => {
      const index = indices[i]!;
      const score = scores?.[index];
      setName(name, classes[index]!);
      row.classList.toggle('best', index === best);
      bar.style.setProperty('--share', `${(100 * (score ?? 0)).toFixed(1)}%`);
      value.textContent = score === undefined ? '' : percent(score);
    });
  }

  #build(welcome: NonNullable<LiveState['welcome']>): void {
    this.#built = welcome;
    const { length } = welcome.classes;
    this.#rows = Array.from({ length: Math.min(length, MOST_CLASSES) }, () => {
      const row = document.createElement('div');
      row.className = 'score';
      row.role = 'listitem';
      const [name, bar, value] = [
        document.createElement('span'),
        document.createElement('i'),
        document.createElement('span'),
      ];
      row.append(name, bar, value);
      return { row, name, bar, value };
    });
    element('scores').replaceChildren(...this.#rows.map(({ row }) => row));
    const more = length - this.#rows.length;
    setText('more-classes', more > 0 ? `the best ${this.#rows.length} of ${length} classes` : '');
  }
}
