/** The address, the buttons and the keys that lead from the wall to a camera and back. */
import { cameraOfHash, Focus, hashFor, type Look } from '../model/focus.ts';
import { element } from './dom.ts';

/** See the file comment. What is looked at stands in the address, so that it can be kept and gone back from. */
export class Navigation {
  readonly #focus = new Focus();
  readonly #onChange: (look: Look, before: Look) => void;
  #look: Look = this.#focus.look;

  /** @param onChange called when something else is looked at, also for the first time where the address says so. */
  constructor(onChange: (look: Look, before: Look) => void) {
    this.#onChange = onChange;
    addEventListener('popstate', () => {
      this.#readAddress();
    });
    element('show-wall').addEventListener('click', () => {
      this.showAll();
    });
    document.addEventListener('keydown', ({ key, target, defaultPrevented }) => {
      const isTyping = target instanceof Element && target.matches('input, select, textarea');
      if (key === 'Escape' && !isTyping && !defaultPrevented && !element('show-wall').hidden) this.showAll();
    });
    this.#readAddress();
  }

  get look(): Look {
    return this.#look;
  }

  /** So many cameras are there. */
  count(connected: number): void {
    this.#focus.count(connected);
    this.#update();
  }

  open(camera: string): void {
    this.#push(camera);
    this.#focus.choose(camera);
    this.#update();
  }

  showAll(): void {
    this.#push(null);
    this.#focus.showAll();
    this.#update();
  }

  #push(camera: string | null): void {
    if (cameraOfHash(location.hash) === camera) return;
    const { pathname, search, hash } = location;
    history.pushState(null, '', `${pathname}${search}${hashFor(hash, camera)}`);
  }

  #readAddress(): void {
    this.#focus.choose(cameraOfHash(location.hash));
    this.#update();
  }

  #update(): void {
    const [before, look] = [this.#look, this.#focus.look];
    if (JSON.stringify(look) === JSON.stringify(before)) return;
    this.#look = look;
    this.#onChange(look, before);
  }
}
