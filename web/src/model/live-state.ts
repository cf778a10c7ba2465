/** What the page knows: a push class without DOM, fed by the viewer client or by the page's own engine. */
import type {
  CameraMessage,
  DecisionMessage,
  DisplayFrame,
  SegmentInfo,
  StatsMessage,
  ViewerWelcome,
} from '../../../src/live/client.ts';
import { ScoreKeeper } from './score-keeper.ts';

/** Points of a chart over time. */
export interface Series {
  /** Seconds since the page began. */
  readonly time: number[];
  readonly values: number[][];
}

/** Four stats a second: one minute. */
const SERIES_LENGTH = 240;
/** Steps of a layer's sparkline. */
const SPARK_LENGTH = 120;

/** Appends, and forgets what is beyond the limit at the front. */
export function pushBounded<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}

function emptySeries(): Series {
  return { time: [], values: [[], []] };
}

/** See the file comment. One camera is followed at a time. */
export class LiveState {
  welcome: ViewerWelcome | null = null;
  readonly cameras: Map<string, CameraMessage> = new Map();
  selected: string | null = null;
  /** The camera that is followed was there and left: nothing more comes. */
  ended = false;
  /** The newest decision of the clip in hand, of whatever step. */
  decision: DecisionMessage | null = null;
  /** The newest final decision of the clip in hand. */
  final: DecisionMessage | null = null;
  /** `scores[step][class]` of the window in work. */
  stepScores: (readonly number[])[] = [];
  /** The finished windows of this model. */
  score: ScoreKeeper = new ScoreKeeper();
  stats: StatsMessage | null = null;
  rates: Series = emptySeries();
  latency: Series = emptySeries();
  /** Firing rate of each layer over the last steps. */
  layerRates: number[][] = [];
  dataAt: number = -Infinity;
  /** Grows with everything that is told but pictures. */
  version: number = 0;
  /** Whether the camera that is followed was chosen: no other takes its place. */
  #isChosen = false;
  /** `scores[step][class]` of the window of {@link LiveState.final}. */
  #finalScores: (readonly number[])[] = [];

  /** Everything that was said of another model is forgotten: its classes, steps and layers are others. */
  takeWelcome(welcome: ViewerWelcome): void {
    this.version++;
    const sameModel = JSON.stringify(welcome) === JSON.stringify(this.welcome);
    this.cameras.clear();
    this.ended = false;
    this.#beginClip();
    // The same object keeps the views as they are.
    if (sameModel) return;
    this.welcome = welcome;
    this.#beginCamera();
  }

  /** A camera that is there begins a clip with every message. */
  takeCamera(message: CameraMessage): void {
    this.version++;
    if (message.connected) this.cameras.set(message.camera, message);
    else this.cameras.delete(message.camera);
    if (!this.#isChosen && (this.selected === null || !this.cameras.has(this.selected)))
      this.#follow([...this.cameras.keys()][0] ?? this.selected);
    if (message.camera !== this.selected) return;
    this.ended = !message.connected;
    if (message.connected) this.#beginClip();
  }

  /** Follows a camera, whether it is there or not, until another one is chosen; `null`: whichever there is. */
  choose(camera: string | null): void {
    this.#isChosen = camera !== null;
    this.#follow(camera ?? this.selected);
  }

  /** Whether the camera that was chosen is not there, and was not since then. */
  get isMissing(): boolean {
    return this.#isChosen && !this.ended && !this.cameras.has(this.selected!);
  }

  /** Whether a message of this camera is to be shown. */
  follows(camera: string): boolean {
    return this.selected === null || this.selected === camera;
  }

  /** A decision of the clip before comes late: it counts, but is not shown as one of the clip in hand. */
  takeDecision(decision: DecisionMessage, now: number): void {
    if (!this.follows(decision.camera) || decision.scores.length !== this.welcome?.classes.length) return;
    this.version++;
    const counted = decision.final ? this.score.take(decision) : null;
    this.dataAt = now;
    if (!this.#isInHand(decision)) return;
    this.decision = decision;
    if (decision.step === 0) this.stepScores = [];
    this.stepScores[decision.step] = decision.scores;
    decision.spikes.forEach((spikes, layer) => {
      const neurons = this.welcome?.layers[layer]?.neurons ?? 1;
      pushBounded((this.layerRates[layer] ??= []), spikes / neurons, SPARK_LENGTH);
    });
    if (counted === null) return;
    if (counted.isRest && this.final !== null) {
      // A short rest behind a whole window does not take its place.
      this.decision = this.final;
      this.stepScores = this.#finalScores;
    } else {
      this.final = decision;
      this.#finalScores = this.stepScores;
    }
  }

  takeStats(stats: StatsMessage, now: number): void {
    if (!this.follows(stats.camera)) return;
    this.version++;
    this.stats = stats;
    this.#point(this.rates, now, [stats.onPerSecond, stats.offPerSecond]);
    this.#point(this.latency, now, [stats.latencyMs.p50, stats.latencyMs.p99]);
  }

  /** @returns whether the frame is of the camera that is followed. */
  takeFrame({ camera }: DisplayFrame, now: number): boolean {
    if (!this.follows(camera)) return false;
    this.dataAt = now;
    return true;
  }

  #follow(camera: string | null): void {
    if (camera === this.selected) return;
    this.version++;
    this.selected = camera;
    this.ended = false;
    this.#beginCamera();
  }

  /** What was said of another camera, or by another model, is no part of this one's. */
  #beginCamera(): void {
    this.score = new ScoreKeeper();
    this.stats = null;
    this.rates = emptySeries();
    this.latency = emptySeries();
    this.layerRates = this.welcome?.layers.map(() => []) ?? [];
    this.dataAt = -Infinity;
    this.#beginClip();
  }

  #beginClip(): void {
    this.decision = null;
    this.final = null;
    this.stepScores = [];
  }

  #isInHand({ camera, segment }: DecisionMessage): boolean {
    const known = this.cameras.get(camera);
    return known === undefined || sameSegment(known.segment, segment);
  }

  #point(series: Series, now: number, values: readonly number[]): void {
    pushBounded(series.time, now / 1000, SERIES_LENGTH);
    values.forEach((value, i) => pushBounded(series.values[i]!, value, SERIES_LENGTH));
  }
}

function sameSegment(a: SegmentInfo | null, b: SegmentInfo | null): boolean {
  return a?.name === b?.name && a?.label === b?.label;
}
