/** Connection, losses and the age of the data. */
import type { LiveState } from '../model/live-state.ts';
import { summariseLosses, type Losses } from '../model/losses.ts';
import { ageOf, statusOf, type Source } from '../model/status.ts';
import { count, element, make, percent, setText } from './dom.ts';

const NOTHING: Losses = { events: 0, matters: false, list: [] };

/** See the file comment. */
export class HealthView {
  readonly #pill = element('connection-status');
  readonly #board = element('board');
  readonly #drops = element('drops');
  readonly #reasons = element('drop-reasons');
  readonly #notes = element('camera-notes');
  #shownReasons = '';
  #shownNotes = '';
  #frames = 0;
  #framesSince = performance.now();

  render(state: LiveState, source: Source, paused: boolean, now: number): void {
    const { stats, welcome } = state;
    const { text, tone, isStale } = statusOf(state, source, paused, now);
    const age = ageOf(state, now);
    setText('connection-status', text);
    this.#pill.dataset['tone'] = tone;
    this.#board.classList.toggle('stale', isStale);
    setText('age', Number.isFinite(age) ? `${(age / 1000).toFixed(1)} s` : '–');
    const model =
      welcome === null
        ? ''
        : `${welcome.model} · ${welcome.steps} steps · ${welcome.input.width}×${welcome.input.height}`;
    setText('model-name', model);
    element('model-name').title = model;
    this.#countFrame(now);
    this.#showLosses(stats === null ? NOTHING : summariseLosses(stats), stats?.events ?? 0);
    this.#showNotes(stats);
    setText('gaps', count(stats?.sequenceGaps ?? 0));
    setText('queue', count(stats?.queue ?? 0));
    setText('messages', count(stats?.messages ?? 0));
  }

  /** As a share, and as a warning only where something is wrong. */
  #showLosses({ events, matters, list }: Losses, of: number): void {
    setText('drops', of === 0 ? count(events) : percent(events / of));
    this.#drops.classList.toggle('warning', matters);
    const lines = list.map((loss) => `${count(loss.count)} ${loss.text}`);
    if (lines.join('\n') === this.#shownReasons) return;
    this.#shownReasons = lines.join('\n');
    this.#reasons.replaceChildren(
      ...list.map((loss, i) => {
        const item = document.createElement('li');
        item.className = loss.matters ? 'warning' : 'muted';
        item.textContent = lines[i]!;
        return item;
      }),
    );
  }

  /** What people should know of the recordings, and do about where events come from. */
  #showNotes(stats: LiveState['stats']): void {
    const notes = (stats?.notes ?? []).map(({ recording, text }) =>
      recording === null ? text : `${recording}: ${text}`,
    );
    const shown = [stats?.advice ?? '', ...notes].join('\n');
    if (shown === this.#shownNotes) return;
    this.#shownNotes = shown;
    this.#notes.replaceChildren(
      ...(stats?.advice ? [make('li', 'warning', stats.advice)] : []),
      ...notes.map((note) => make('li', 'muted', note)),
    );
  }

  #countFrame(now: number): void {
    this.#frames++;
    if (now - this.#framesSince < 1000) return;
    setText('fps', ((1000 * this.#frames) / (now - this.#framesSince)).toFixed(0));
    this.#frames = 0;
    this.#framesSince = now;
  }
}
