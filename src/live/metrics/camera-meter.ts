/** One camera's share of the metrics: from its totals, when somebody looks. */
import type { DecisionMessage, StatsMessage } from '../protocol/index.ts';
import type { Meters } from './meters.ts';
import { SensorClock } from './sensor-clock.ts';

/** Counted in bytes; all other losses are events. */
const BYTE_LOSSES: ReadonlySet<string> = new Set(['truncated-bytes']);

/** What a connection knows, and what a feed does: they end apart. */
export type TransportTotals = Pick<
  StatsMessage,
  'bytes' | 'messages' | 'sequenceGaps' | 'sequenceRepeats' | 'unreadDecisions'
>;
export type FeedTotals = Pick<
  StatsMessage,
  'events' | 'onEvents' | 'dropped' | 'queue' | 'queueAgeMs' | 'latencyMs'
>;

/** Adds to counters what totals have grown by. */
class Growth {
  readonly #seen = new Map<string, number>();

  /** By how much a total has grown since this was asked. A total that shrank has grown by nothing. */
  of(name: string, total: number): number {
    const grown = Math.max(0, total - (this.#seen.get(name) ?? 0));
    this.#seen.set(name, total);
    return grown;
  }
}

/** Counts a connection's messages. */
export class TransportMeter {
  readonly #meters: Meters;
  readonly #camera: string;
  readonly #growth = new Growth();

  constructor(meters: Meters, camera: string) {
    this.#meters = meters;
    this.#camera = camera;
  }

  update(totals: TransportTotals): void {
    const camera = this.#camera;
    const grown = (name: keyof TransportTotals): number => this.#growth.of(name, totals[name]);
    this.#meters.receivedBytes.inc({ camera }, grown('bytes'));
    this.#meters.messages.inc({ camera }, grown('messages'));
    this.#meters.sequenceGaps.inc({ camera }, grown('sequenceGaps'));
    this.#meters.sequenceRepeats.inc({ camera }, grown('sequenceRepeats'));
    this.#meters.decisionsUnread.inc({ camera }, grown('unreadDecisions'));
  }
}

/** Counts a feed's events and decisions. */
export class FeedMeter {
  readonly #meters: Meters;
  readonly #camera: string;
  readonly #growth = new Growth();
  readonly #clock = new SensorClock();

  constructor(meters: Meters, camera: string) {
    this.#meters = meters;
    this.#camera = camera;
  }

  decide(decision: DecisionMessage): void {
    const meters = this.#meters;
    const { final, flushed, label, latencyMs, computeMs } = decision;
    const camera = this.#camera;
    meters.inference.observe(computeMs / 1000);
    if (!flushed) {
      meters.eventToDecision.observe(latencyMs / 1000);
      meters.dataAge.observe(this.#clock.ageOf(decision, performance.now()) / 1000);
    }
    if (!final) return;
    meters.decisions.inc({ class: label });
    meters.cameraDecisions.inc({ camera });
    if (flushed) meters.decisionsFlushed.inc({ camera });
  }

  update({ events, onEvents, dropped }: FeedTotals): void {
    const meters = this.#meters;
    const camera = this.#camera;
    const on = this.#growth.of('on', onEvents);
    const off = this.#growth.of('off', events - onEvents);
    meters.events.inc({ camera, polarity: 'on' }, on);
    meters.events.inc({ camera, polarity: 'off' }, off);
    for (const [reason, total] of Object.entries(dropped)) {
      const grown = this.#growth.of(`dropped ${reason}`, total);
      if (BYTE_LOSSES.has(reason)) meters.bytesDropped.inc({ camera }, grown);
      else meters.eventsDropped.inc({ camera, reason }, grown);
    }
  }
}
