/** The whole page takes what is dropped on it, and says so while something is held over it. */
import { element } from '../views/dom.ts';

/** See the file comment. */
export class DropTarget {
  readonly #hint = element('drop-hint');

  constructor(onDrop: (transfer: DataTransfer) => void) {
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.#hint.hidden = false;
    });
    document.addEventListener('dragleave', (event) => {
      // Leaving one element for another is no leaving of the page.
      if (event.relatedTarget === null) this.#hint.hidden = true;
    });
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#hint.hidden = true;
      if (event.dataTransfer !== null) onDrop(event.dataTransfer);
    });
  }
}
