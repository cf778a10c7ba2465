/** Search, order, kinds of alerts and their limits. */
import { ALERT_KINDS, ALERT_NAMES, type Alert, type AlertKind } from '../../model/wall/alerts.ts';
import {
  loadThresholds,
  saveThresholds,
  THRESHOLD_RANGES,
  thresholdsOf,
  type Thresholds,
} from '../../model/wall/thresholds.ts';
import { SORTS, type Sort, type WallChoice } from '../../model/wall/wall-order.ts';
import { element, make } from '../dom.ts';

const SORT_KEY = 'saccade-wall-order';

/** A threshold's field, and how many of its unit are one of the threshold. */
const FIELDS: Readonly<Record<keyof Thresholds, { readonly id: string; readonly per: number }>> = {
  silentMs: { id: 'limit-silent', per: 1000 },
  lateMs: { id: 'limit-late', per: 1 },
  lowScore: { id: 'limit-score', per: 0.01 },
  overWindows: { id: 'limit-windows', per: 1 },
};
const NAMES = Object.keys(FIELDS) as (keyof Thresholds)[];

/** See the file comment. */
export class WallControls {
  thresholds: Thresholds = loadThresholds(localStorage);
  readonly #find = element<HTMLInputElement>('wall-find');
  readonly #sort = element<HTMLSelectElement>('wall-sort');
  readonly #chips = new Map<AlertKind, { readonly button: HTMLButtonElement; readonly count: HTMLElement }>();
  readonly #onChange: () => void;
  #kind: AlertKind | null = null;

  /** @param onChange called when people want something else. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const sort = localStorage.getItem(SORT_KEY);
    if (SORTS.some((known) => known === sort)) this.#sort.value = sort!;
    this.#sort.addEventListener('change', () => {
      localStorage.setItem(SORT_KEY, this.#sort.value);
      onChange();
    });
    this.#find.addEventListener('input', onChange);
    for (const kind of ALERT_KINDS) this.#addChip(kind);
    this.#showThresholds();
    const limits = element<HTMLDetailsElement>('limits');
    document.addEventListener('click', ({ target }) => {
      if (!limits.contains(target as Node)) limits.open = false;
    });
    limits.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') limits.open = false;
    });
    element('limits-form').addEventListener('change', () => {
      this.#readThresholds();
      onChange();
    });
    element('limits-form').addEventListener('reset', (event) => {
      event.preventDefault();
      this.#keep(thresholdsOf({}));
      onChange();
    });
  }

  get choice(): WallChoice {
    return { sort: this.#sort.value as Sort, find: this.#find.value, kind: this.#kind };
  }

  /** Only cameras with this alert are wanted, or all again. */
  toggleKind(kind: AlertKind): void {
    this.#kind = this.#kind === kind ? null : kind;
    for (const [other, { button }] of this.#chips)
      button.setAttribute('aria-pressed', String(other === this.#kind));
    this.#onChange();
  }

  /** How many cameras have each kind of alert. */
  render(alerts: readonly Alert[]): void {
    for (const [kind, { button, count }] of this.#chips) {
      const cameras = new Set(alerts.filter((alert) => alert.kind === kind).map(({ camera }) => camera)).size;
      const text = String(cameras);
      if (count.textContent !== text) count.textContent = text;
      // The one that is chosen stays, so that it can be left.
      button.hidden = cameras === 0 && this.#kind !== kind;
    }
  }

  #addChip(kind: AlertKind): void {
    const button = make('button', 'chip', `${ALERT_NAMES[kind]} `);
    const count = make('strong', '', '0');
    button.type = 'button';
    button.hidden = true;
    button.dataset['kind'] = kind;
    button.title = `Show only cameras with this alert`;
    button.setAttribute('aria-pressed', 'false');
    button.append(count);
    button.addEventListener('click', () => {
      this.toggleKind(kind);
    });
    element('wall-kinds').append(button);
    this.#chips.set(kind, { button, count });
  }

  #readThresholds(): void {
    const values = NAMES.map((name) => {
      const input = element<HTMLInputElement>(FIELDS[name].id);
      // What the browser marks as wrong is not taken.
      return [
        name,
        input.validity.valid && input.value !== ''
          ? Number(input.value) * FIELDS[name].per
          : this.thresholds[name],
      ];
    });
    this.#keep(thresholdsOf(Object.fromEntries(values) as Record<string, unknown>));
  }

  #keep(thresholds: Thresholds): void {
    this.thresholds = thresholds;
    saveThresholds(localStorage, thresholds);
    this.#showThresholds();
  }

  #showThresholds(): void {
    for (const name of NAMES) {
      const { id, per } = FIELDS[name];
      const { least, most } = THRESHOLD_RANGES[name];
      const input = element<HTMLInputElement>(id);
      input.min = String(least / per);
      input.max = String(most / per);
      // Not under the hand that is typing.
      if (input !== document.activeElement || input.validity.valid)
        input.value = String(Number((this.thresholds[name] / per).toFixed(3)));
    }
  }
}
