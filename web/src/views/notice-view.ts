/** One sentence for the user, until it is closed or the next comes. */
import { element, setText } from './dom.ts';

/** See the file comment. */
export class NoticeView {
  readonly #notice = element('notice');

  constructor() {
    element('notice-close').addEventListener('click', () => {
      this.clear();
    });
  }

  /** Something went well. */
  say(text: string): void {
    this.#show(text, 'good');
  }

  /** Something did not work. */
  warn(text: string): void {
    this.#show(text, 'bad');
  }

  clear(): void {
    this.#notice.hidden = true;
    setText('notice-text', '');
  }

  #show(text: string, tone: 'good' | 'bad'): void {
    this.#notice.dataset['tone'] = tone;
    this.#notice.hidden = false;
    setText('notice-text', text);
  }
}
