/** What the page knows: a push class without DOM, fed by the viewer client. */
import type {
  CameraMessage,
  DecisionMessage,
  DisplayFrame,
  StatsMessage,
  ViewerWelcome,
} from '../../../src/live/client.ts';

/** A finished window. */
export interface HistoryEntry {
  readonly name: string;
  readonly label: string;
  readonly confidence: number;
  readonly truth: string | null;
}

/** Points of a chart over time. */
export interface Series {
  /** Seconds since the page began. */
  readonly time: number[];
  readonly values: number[][];
}

const HISTORY_LENGTH = 60;
/** Four stats a second: one minute. */
const SERIES_LENGTH = 240;
/** Steps of a layer's sparkline. */
const SPARK_LENGTH = 120;
/** Data older than this is shown as stale. */
export const STALE_AFTER_MS = 1000;

function pushBounded<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}

/** See the file comment. One camera is followed at a time. */
export class LiveState {
  welcome: ViewerWelcome | null = null;
  readonly cameras = new Map<string, CameraMessage>();
  selected: string | null = null;
  /** The newest decision, of whatever step. */
  decision: DecisionMessage | null = null;
  /** The newest final decision. */
  final: DecisionMessage | null = null;
  /** `scores[step][class]` of the window in work. */
  stepScores: (readonly number[])[] = [];
  readonly history: HistoryEntry[] = [];
  right = 0;
  judged = 0;
  stats: StatsMessage | null = null;
  readonly rates: Series = { time: [], values: [[], []] };
  readonly latency: Series = { time: [], values: [[], []] };
  /** Firing rate of each layer over the last steps. */
  layerRates: number[][] = [];
  dataAt = -Infinity;

  takeWelcome(welcome: ViewerWelcome): void {
    this.welcome = welcome;
    this.cameras.clear();
    this.layerRates = welcome.layers.map(() => []);
  }

  takeCamera(message: CameraMessage): void {
    if (message.connected) this.cameras.set(message.camera, message);
    else this.cameras.delete(message.camera);
    if (this.selected === null || !this.cameras.has(this.selected))
      this.select([...this.cameras.keys()][0] ?? this.selected);
  }

  select(camera: string | null): void {
    if (camera === this.selected) return;
    this.selected = camera;
    this.decision = null;
    this.final = null;
    this.stepScores = [];
    this.stats = null;
  }

  /** Whether a message of this camera is to be shown. */
  follows(camera: string): boolean {
    return this.selected === null || this.selected === camera;
  }

  takeDecision(decision: DecisionMessage, now: number): void {
    if (!this.follows(decision.camera)) return;
    this.dataAt = now;
    this.decision = decision;
    if (decision.step === 0) this.stepScores = [];
    this.stepScores[decision.step] = decision.scores;
    decision.spikes.forEach((spikes, layer) => {
      const neurons = this.welcome?.layers[layer]?.neurons ?? 1;
      pushBounded((this.layerRates[layer] ??= []), spikes / neurons, SPARK_LENGTH);
    });
    if (!decision.final) return;
    this.final = decision;
    const truth = decision.segment?.label ?? null;
    if (truth !== null) {
      this.judged++;
      if (truth === decision.label) this.right++;
    }
    const entry = {
      name: decision.segment?.name ?? `window ${decision.window}`,
      label: decision.label,
      confidence: decision.scores[decision.classIndex]!,
      truth,
    };
    pushBounded(this.history, entry, HISTORY_LENGTH);
  }

  takeStats(stats: StatsMessage, now: number): void {
    if (!this.follows(stats.camera)) return;
    this.stats = stats;
    this.#point(this.rates, now, [stats.onPerSecond, stats.offPerSecond]);
    this.#point(this.latency, now, [stats.latencyMs.p50, stats.latencyMs.p99]);
  }

  takeFrame(_frame: DisplayFrame, now: number): void {
    this.dataAt = now;
  }

  #point(series: Series, now: number, values: readonly number[]): void {
    pushBounded(series.time, now / 1000, SERIES_LENGTH);
    values.forEach((value, i) => pushBounded(series.values[i]!, value, SERIES_LENGTH));
  }
}
