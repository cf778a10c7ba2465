/** The events canvas and what stands under it. */
import type { EventImage, Palette } from '../model/event-image.ts';
import type { LiveState } from '../model/live-state.ts';
import { element, readPalette, setName, setText } from './dom.ts';

/** See the file comment. */
export class EventsView {
  readonly #canvas = element<HTMLCanvasElement>('events-canvas');
  readonly #recording = element('recording');
  readonly #slider = element<HTMLInputElement>('decay');
  #image: ImageData | undefined;
  #palette: Palette = readPalette();

  constructor() {
    this.#slider.addEventListener('input', () => {
      setText('decay-value', `${this.#slider.value} ms`);
    });
  }

  themeChanged(): void {
    this.#palette = readPalette();
  }

  render(state: LiveState, events: EventImage, now: number): void {
    const segment = state.selected === null ? undefined : state.cameras.get(state.selected)?.segment;
    setName(
      this.#recording,
      state.selected === null
        ? 'waiting for a camera'
        : [state.selected, segment?.name, segment?.label && `truth ${segment.label}`]
            .filter(Boolean)
            .join(' · '),
    );
    setText('model-window', state.welcome?.window ?? '–');
    if (events.width === 0) return;
    if (this.#image?.width !== events.width || this.#image.height !== events.height) {
      this.#canvas.width = events.width;
      this.#canvas.height = events.height;
      this.#canvas.style.aspectRatio = `${events.width} / ${events.height}`;
      this.#image = new ImageData(events.width, events.height);
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    events.paint(pixels, now, Number(this.#slider.value), this.#palette);
    this.#canvas.getContext('2d', { alpha: false })!.putImageData(this.#image, 0, 0);
  }
}
