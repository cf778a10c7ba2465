/** Connection, losses and the age of the data. */
import type { PageStatus } from '../in-page/in-page-control.ts';
import { STALE_AFTER_MS, type LiveState } from '../model/live-state.ts';
import { element, setText } from './dom.ts';

/** See the file comment. */
export class HealthView {
  readonly #pill = element('connection-status');
  readonly #board = element('board');
  #frames = 0;
  #framesSince = performance.now();

  render({ stats, dataAt, welcome }: LiveState, status: PageStatus, paused: boolean, now: number): void {
    const age = now - dataAt;
    const stale = status === 'open' && Number.isFinite(age) && age > STALE_AFTER_MS && !paused;
    this.#pill.dataset['state'] = stale ? 'stale' : status;
    setText(
      'connection-status',
      paused ? 'paused' : stale ? `no data for ${(age / 1000).toFixed(0)} s` : status,
    );
    this.#board.classList.toggle('stale', stale || status === 'closed');
    setText('age', Number.isFinite(age) ? `${(age / 1000).toFixed(1)} s` : '–');
    setText(
      'model-name',
      welcome === null
        ? ''
        : `${welcome.model} · ${welcome.steps} steps · ${welcome.input.width}×${welcome.input.height}`,
    );
    this.#countFrame(now);
    const reasons = Object.entries(stats?.dropped ?? {});
    setText('drops', String(reasons.reduce((sum, [, count]) => sum + count, 0)));
    setText('drop-reasons', reasons.map(([reason, count]) => `${reason}: ${count}`).join(' · '));
    setText('gaps', String(stats?.sequenceGaps ?? 0));
    setText('queue', String(stats?.queue ?? 0));
    setText('messages', String(stats?.messages ?? 0));
  }

  #countFrame(now: number): void {
    this.#frames++;
    if (now - this.#framesSince < 1000) return;
    setText('fps', ((1000 * this.#frames) / (now - this.#framesSince)).toFixed(0));
    this.#frames = 0;
    this.#framesSince = now;
  }
}
