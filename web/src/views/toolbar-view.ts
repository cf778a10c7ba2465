/** Pause, theme and the choice of a camera. */
import type { LiveState } from '../model/live-state.ts';
import { element, setText } from './dom.ts';

const THEME_KEY = 'saccade-theme';

/** See the file comment. */
export class ToolbarView {
  paused = false;
  readonly #picker = element('camera-picker');
  readonly #select = element<HTMLSelectElement>('camera-select');
  #listed = '';

  constructor(onCamera: (name: string) => void, onTheme: () => void) {
    const pause = element('pause');
    pause.addEventListener('click', () => {
      this.paused = !this.paused;
      pause.setAttribute('aria-pressed', String(this.paused));
      setText('pause', this.paused ? 'Resume' : 'Pause');
    });
    const stored = localStorage.getItem(THEME_KEY);
    if (stored !== null) document.documentElement.dataset['theme'] = stored;
    element('theme').addEventListener('click', () => {
      const theme = getComputedStyle(document.documentElement).colorScheme === 'dark' ? 'light' : 'dark';
      document.documentElement.dataset['theme'] = theme;
      localStorage.setItem(THEME_KEY, theme);
      onTheme();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onTheme);
    this.#select.addEventListener('change', () => {
      onCamera(this.#select.value);
    });
  }

  render({ cameras, selected }: LiveState, isWall: boolean): void {
    // One that was chosen is named, whether it is there or not.
    const names = [...new Set([...cameras.keys(), ...(selected === null ? [] : [selected])])];
    this.#picker.hidden = isWall || names.length < 2;
    if (names.join('\n') !== this.#listed) {
      this.#listed = names.join('\n');
      this.#select.replaceChildren(...names.map((name) => new Option(name, name)));
    }
    if (selected !== null && this.#select.value !== selected) this.#select.value = selected;
  }
}
