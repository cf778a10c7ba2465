/** The tiles of all cameras, in an order that does not change under people's hands. */
import type { WallState } from '../../model/wall/wall-state.ts';
import type { AlertsByCamera } from '../../model/wall/wall-order.ts';
import { shadesOf } from '../../model/wall/thumbnail-paint.ts';
import { element, readPalette } from '../dom.ts';
import { TileView } from './tile-view.ts';

/** Tiles stay where they are for so long after the pointer or a key was used among them. */
const STILL_MS = 5_000;
/** Frames in which all tiles are written. */
const WRITE_FRAMES = 20;
/** Pictures are drawn for so long a frame; the others have the next one. */
const DRAW_MS = 5;
/** Tiles are drawn that are so far from being seen. */
const MARGIN = '200px';

/** See the file comment. One tile is reached by Tab, the others by the arrow keys. */
export class TileGrid {
  readonly #list = element('tiles');
  readonly #onOpen: (camera: string) => void;
  readonly #views = new Map<string, TileView>();
  readonly #byItem = new Map<Element, TileView>();
  readonly #observer: IntersectionObserver;
  #shades = shadesOf(readPalette());
  #order: readonly string[] = [];
  /** The place of the tile that is written next. */
  #next = 0;
  #usedAt = -Infinity;

  constructor(onOpen: (camera: string) => void) {
    this.#onOpen = onOpen;
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const view = this.#byItem.get(target);
          if (view !== undefined) view.isInView = isIntersecting;
        }
      },
      { rootMargin: MARGIN },
    );
    this.#list.addEventListener('pointermove', () => (this.#usedAt = performance.now()));
    this.#list.addEventListener('keydown', (event) => {
      this.#usedAt = performance.now();
      this.#move(event);
    });
    this.#list.addEventListener('focusin', ({ target }) => {
      this.#makeReachable((target as Element).closest('button'));
    });
  }

  /** Puts the focus on a camera's tile, or on the first. */
  focus(camera: string | null): void {
    const view = camera === null ? undefined : this.#views.get(camera);
    (view?.button ?? this.#list.querySelector('button'))?.focus();
  }

  themeChanged(wall: WallState): void {
    this.#shades = shadesOf(readPalette());
    for (const tile of wall.tiles.values()) tile.isFresh = tile.picture !== null;
  }

  /** Shows these cameras; in this order unless somebody is about to choose one. */
  arrange(names: readonly string[], now: number): void {
    const isStill = now - this.#usedAt < STILL_MS;
    const shown = new Set(names);
    const kept = isStill ? this.#order.filter((name) => shown.has(name)) : names;
    const known = new Set(kept);
    const order = [...kept, ...names.filter((name) => !known.has(name))];
    if (order.length === this.#order.length && order.every((name, i) => name === this.#order[i])) return;
    this.#order = order;
    const focused = document.activeElement;
    for (const [name, view] of this.#views) if (!shown.has(name)) this.#drop(name, view);
    order.forEach((name, i) => {
      const view = this.#views.get(name) ?? this.#add(name);
      const there = this.#list.children[i];
      if (there !== view.item) this.#list.insertBefore(view.item, there ?? null);
    });
    this.#list.dataset['many'] = order.length > 48 ? 'many' : order.length > 12 ? 'some' : 'few';
    // What is moved loses the focus.
    if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected)
      focused.focus({ preventScroll: true });
    if (this.#list.querySelector('button[tabindex="0"]') === null)
      this.#makeReachable(this.#list.querySelector('button'));
  }

  /**
   * A frame's share of the work: what there is to say is written on some of the tiles that can be seen, so that all have it three times a
   * second; new pictures are drawn on those that can be seen.
   */
  render(wall: WallState, alerts: AlertsByCamera, isStale: boolean, now: number): void {
    const started = performance.now();
    const share = Math.ceil(this.#order.length / WRITE_FRAMES);
    const first = this.#next < this.#order.length ? this.#next : 0;
    this.#next = first + share;
    this.#order.forEach((name, i) => {
      const tile = wall.tiles.get(name);
      const view = this.#views.get(name)!;
      if (tile === undefined) return;
      const isItsTurn = view.isInView && i >= first && i < first + share;
      if (isItsTurn || !view.isWritten) view.write(tile, alerts.get(name) ?? [], isStale, now);
      if (!tile.isFresh || !view.isInView || performance.now() - started > DRAW_MS) return;
      view.draw(tile, this.#shades);
      tile.isFresh = false;
    });
  }

  #add(name: string): TileView {
    const view = new TileView(name, this.#onOpen);
    this.#views.set(name, view);
    this.#byItem.set(view.item, view);
    this.#observer.observe(view.item);
    return view;
  }

  #drop(name: string, { item }: TileView): void {
    this.#observer.unobserve(item);
    this.#byItem.delete(item);
    this.#views.delete(name);
    item.remove();
  }

  #makeReachable(button: HTMLButtonElement | null): void {
    if (button === null) return;
    for (const other of this.#list.querySelectorAll<HTMLButtonElement>('button[tabindex="0"]'))
      other.tabIndex = -1;
    button.tabIndex = 0;
  }

  #move(event: KeyboardEvent): void {
    const buttons = [...this.#list.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0) return;
    const top = buttons[0]!.getBoundingClientRect().top;
    const columns = Math.max(
      1,
      buttons.findIndex((button) => button.getBoundingClientRect().top > top),
    );
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      Home: -at,
      End: buttons.length - 1 - at,
    };
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  }
}
