/** What came of every recording that was opened in the page. */
import type { FileResult, FileResults, FileState } from '../model/file-results.ts';
import { element, setText } from './dom.ts';

const MARKS: Readonly<Record<FileState, string>> = {
  playing: '▸',
  decided: '·',
  undecided: '–',
  refused: '!',
  stopped: '–',
};

/** See the file comment. */
export class FilesView {
  readonly #panel = element('page-panel');
  readonly #list = element('file-results');
  #shown: FileResults | undefined;
  #version = -1;

  render(results: FileResults, active: boolean, ownModel: string | null): void {
    this.#panel.hidden = !active && ownModel === null;
    element('back-to-live').hidden = !active;
    element('server-model').hidden = ownModel === null;
    setText('page-model', ownModel ?? 'the server’s');
    element('page-model').title = ownModel ?? '';
    setText('open', active ? 'Open others' : 'Open recordings');
    if (results === this.#shown && results.version === this.#version) return;
    this.#shown = results;
    this.#version = results.version;
    setText('run-summary', active ? summaryOf(results) : '');
    const { refused, others } = results;
    this.#list.replaceChildren(...[...refused, ...others.toReversed()].map(rowOf));
  }
}

function summaryOf({ counts, hidden, isDone }: FileResults): string {
  const parts = [
    isDone ? 'done' : 'playing',
    ...(['decided', 'undecided', 'refused'] as const)
      .filter((state) => counts[state] > 0)
      .map((state) => `${counts[state]} ${state}`),
  ];
  if (hidden > 0) parts.push(`${hidden} hidden left out`);
  return parts.join(' · ');
}

/** `7`, `7 in 3 of 4 windows, 1 in 1`. */
function windowsText({ windows }: FileResult): string {
  const counts = [...windows].sort(([, a], [, b]) => b - a);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  if (all <= 1) return counts[0]?.[0] ?? '';
  return counts
    .slice(0, 3)
    .map(([label, count], i) => `${label} in ${count}${i === 0 ? ` of ${all} windows` : ''}`)
    .join(', ');
}

function rowOf(result: FileResult): HTMLLIElement {
  const item = document.createElement('li');
  const { state, path, truth, note } = result;
  const only = result.windows.size === 1 ? [...result.windows.keys()][0] : undefined;
  const verdict = truth === null || only === undefined ? undefined : truth === only ? 'right' : 'wrong';
  item.dataset['state'] = state;
  if (verdict !== undefined && state === 'decided') item.dataset['verdict'] = verdict;
  const cell = (className: string, text: string): HTMLSpanElement => {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = text;
    return span;
  };
  const mark =
    state === 'decided' && verdict !== undefined ? { right: '✓', wrong: '✗' }[verdict] : MARKS[state];
  const name = cell('name', path);
  name.title = path;
  const said = [windowsText(result), truth !== null && verdict !== 'right' ? `truth ${truth}` : ''];
  const text = cell('said', `${said.filter((part) => part !== '').join(' · ')} `);
  text.append(cell('note', note));
  text.title = text.textContent;
  item.append(cell('mark', mark), name, text);
  return item;
}
