/** One camera among many. */
import { ageText, ALERT_NAMES, type Alert } from '../../model/wall/alerts.ts';
import type { CameraTile } from '../../model/wall/camera-tile.ts';
import { paintThumbnail, type Shades } from '../../model/wall/thumbnail-paint.ts';
import { compact, make, percent } from '../dom.ts';

/** Alerts that are named on a tile; the list has all. */
const NAMED_ALERTS = 2;

/** Texts of more letters may be wider than a tile. */
const LONG = { name: 12, verdict: 5, state: 15 } as const;

/** See the file comment: a button that opens the camera. */
export class TileView {
  readonly item: HTMLLIElement = make('li');
  readonly button: HTMLButtonElement = make('button', 'tile');
  /** Whether it can be seen: others are not drawn. */
  isInView = false;
  readonly #canvas = make('canvas');
  readonly #name = make('span', 'name');
  readonly #verdict = make('span', 'tile-verdict');
  readonly #score = make('span', 'tile-score');
  readonly #state = make('span', 'tile-state');
  #image: ImageData | undefined;
  #context: CanvasRenderingContext2D | null = null;
  #written = '';

  constructor(name: string, onOpen: (name: string) => void) {
    this.#name.textContent = name;
    this.#name.classList.toggle('long', name.length > LONG.name);
    this.#canvas.width = 34;
    this.#canvas.height = 34;
    this.#canvas.ariaHidden = 'true';
    const words = make('span', 'tile-words');
    words.append(this.#verdict, this.#score);
    this.button.type = 'button';
    this.button.tabIndex = -1;
    this.button.append(this.#name, this.#canvas, words, this.#state);
    this.button.addEventListener('click', () => {
      onOpen(name);
    });
    this.item.append(this.button);
  }

  get isWritten(): boolean {
    return this.#written !== '';
  }

  /** @param isStale nothing comes from the server. */
  write(tile: CameraTile, alerts: readonly Alert[], isStale: boolean, now: number): void {
    const { verdict, stats, connected, segment } = tile;
    const label = verdict?.label ?? '–';
    const isRight = verdict === null || verdict.truth === null ? undefined : verdict.truth === verdict.label;
    const rate = stats === null ? '' : `${compact(stats.onPerSecond + stats.offPerSecond)} events/s`;
    const named = alerts.slice(0, NAMED_ALERTS).map(({ kind }) => ALERT_NAMES[kind]);
    const state = !connected
      ? [`left ${ageText(now - tile.changedAt)} ago`]
      : named.length > 0
        ? named
        : [rate];
    const note = stats?.notes.at(-1)?.text;
    const title = [
      tile.name,
      segment?.name,
      ...alerts.map(({ text }) => text),
      note !== undefined && `Note: ${note}`,
    ];
    const words = [
      label,
      verdict === null ? '' : percent(verdict.score),
      state.join(' · '),
      title.filter(Boolean).join('\n'),
      String(isRight),
      isStale || !connected ? 'stale' : alerts.length > 0 ? 'bad' : 'good',
    ] as const;
    const written = words.join('\0');
    if (written === this.#written) return;
    this.#written = written;
    [this.#verdict.textContent, this.#score.textContent, this.#state.textContent, this.button.title] = words;
    this.#verdict.classList.toggle('long', words[0].length > LONG.verdict);
    this.#state.classList.toggle('long', words[2].length > LONG.state);
    this.#verdict.dataset['verdict'] = isRight === undefined ? 'unknown' : isRight ? 'right' : 'wrong';
    this.button.dataset['tone'] = words[5];
    this.#state.classList.toggle('noted', note !== undefined);
  }

  draw({ picture }: CameraTile, shades: Shades): void {
    if (picture === null) return;
    const { width, height } = picture.geometry;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = new ImageData(width, height);
    }
    paintThumbnail(new Uint32Array(this.#image.data.buffer), picture, shades);
    this.#context ??= this.#canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    this.#context?.putImageData(this.#image, 0, 0);
  }
}
