/** `/metrics` of a live server, in Prometheus' text form. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { NO_TRANSPORT } from '../camera/camera-feed.ts';
import type { Feed, FeedHost, FeedOptions } from '../camera/feed-host.ts';
import type { LiveCamera } from '../camera/live-camera.ts';
import { PassingFeed } from '../camera/passing-feed.ts';
import type { LiveExtension, LiveServerView } from '../extension.ts';
import type { HttpRoute } from '../http/routes.ts';
import { CameraLabels } from './camera-labels.ts';
import { FeedMeter, TransportMeter } from './camera-meter.ts';
import { Meters } from './meters.ts';
import { metricsLimits, type MetricsLimits } from './metrics-limits.ts';
import type { ServerProblems } from '../server-problems.ts';
import type { RecordAccount } from '../record/record-store.ts';

/** See {@link LiveMetrics}. */
export interface LiveMetricsOptions {
  readonly limits?: Partial<MetricsLimits>;
  /** Whose account is told. */
  readonly recorder?: { readonly account: Readonly<RecordAccount> };
  /** The server's, which `/healthz` shows too. */
  readonly problems?: Pick<ServerProblems, 'list'>;
}

/** What is served, for `saccade_model_info`. */
export interface ServedModelInfo {
  readonly name: string;
  readonly digest: string;
  readonly engine: string;
}

/** Of the process, whichever servers it has: event loop, memory, garbage. Looking at them cannot be stopped again. */
let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/**
 * An extension of a live server that answers `/metrics`, to whoever may watch and to tokens for that alone. Counts are
 * totals that cameras keep anyway, looked at when somebody asks: an event costs nothing, a decision about a microsecond.
 *
 * @throws OptionError for a limit out of its range.
 *
 * @example
 * ```ts
 * import { createEngine, randomModel } from 'saccade';
 * import { createLiveServer } from 'saccade/live';
 * import { LiveMetrics } from 'saccade/live/metrics';
 * const metrics = new LiveMetrics();
 * const engine = await createEngine(randomModel());
 * const server = await createLiveServer({ engine, port: 0, extensions: [metrics] });
 * const text = await (await fetch(`${server.url}metrics`)).text();
 * console.log(text.includes('saccade_cameras 0')); // true
 * await server.close();
 * ```
 */
export class LiveMetrics implements LiveExtension {
  readonly routes: readonly HttpRoute[];
  readonly #registry = new Registry();
  readonly #meters = new Meters(this.#registry);
  readonly #labels: CameraLabels;
  readonly #feeds = new Set<MeteredFeed>();
  readonly #transports = new Map<LiveCamera, { readonly meter: TransportMeter; readonly label: string }>();
  readonly #recorder: LiveMetricsOptions['recorder'];
  readonly #problems: LiveMetricsOptions['problems'];
  #server: LiveServerView | undefined;

  constructor({ limits, recorder, problems }: LiveMetricsOptions = {}) {
    this.#recorder = recorder;
    this.#problems = problems;
    const { maxMetricCameras, metricsForgetMs } = metricsLimits(limits);
    this.#labels = new CameraLabels({
      max: maxMetricCameras,
      forgetMs: metricsForgetMs,
      onForget: (label) => void this.#meters.removeCamera(label),
    });
    this.routes = [
      {
        path: '/metrics',
        access: 'metrics',
        answer: async (response) => {
          const text = await this.text();
          response
            .writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE, 'cache-control': 'no-store' })
            .end(text);
        },
      },
    ];
  }

  /** For `timeLayers`: the time of the engine by layers. */
  readonly onLayerTime = (layers: string, millis: number): void => {
    this.#meters.layerSeconds.inc({ layers }, millis / 1000);
  };

  wrapFeeds(feeds: FeedHost): FeedHost {
    return {
      get model() {
        return feeds.model;
      },
      open: (options) => this.#open(feeds, options),
    };
  }

  /** Says what is served from now on. */
  nameModel({ name, digest, engine }: ServedModelInfo): void {
    this.#meters.modelInfo.reset();
    this.#meters.modelInfo.set({ model: name, digest, engine }, 1);
  }

  attach(server: LiveServerView): void {
    this.#server = server;
  }

  onLeave(camera: LiveCamera): void {
    this.#updateTransport(camera);
    const known = this.#transports.get(camera);
    if (known !== undefined) this.#labels.release(known.label);
    this.#transports.delete(camera);
  }

  /** The metrics as text. */
  async text(): Promise<string> {
    this.#labels.forget();
    for (const camera of this.#server?.cameras ?? []) this.#updateTransport(camera);
    this.#lookAtFeeds();
    if (this.#server !== undefined) this.#lookAt(this.#server);
    this.#lookAtProblems(this.#problems?.list ?? []);
    if (this.#recorder !== undefined) this.#lookAtRecord(this.#recorder.account);
    return Registry.merge([this.#registry, processRegistry()]).metrics();
  }

  #open(feeds: FeedHost, options: FeedOptions): Feed {
    const label = this.#labels.take(options.name);
    const meter = new FeedMeter(this.#meters, label);
    const inner = feeds.open({
      ...options,
      onDecision: (message, model) => {
        meter.decide(message);
        options.onDecision(message, model);
      },
    });
    const feed = new MeteredFeed(inner, meter, label, () => {
      if (!this.#feeds.delete(feed)) return;
      meter.update(inner.stats(NO_TRANSPORT));
      this.#labels.release(label);
    });
    this.#feeds.add(feed);
    return feed;
  }

  #lookAt({ cameraCount, viewerCount, unsentBytes, isDraining }: LiveServerView): void {
    this.#meters.cameras.set(cameraCount);
    this.#meters.viewers.set(viewerCount);
    this.#meters.unsentBytes.set(unsentBytes);
    this.#meters.draining.set(isDraining ? 1 : 0);
  }

  #lookAtProblems(list: ServerProblems['list']): void {
    this.#meters.problems.set(list.length);
    this.#meters.problemActive.reset();
    for (const { code } of list) this.#meters.problemActive.set({ code }, 1);
  }

  #lookAtRecord({ bytes, recordedBytes, removedParts, lostTakes, stopped }: RecordAccount): void {
    this.#meters.recordBytes.set(bytes);
    this.#meters.recordedBytes.set(recordedBytes);
    this.#meters.recordRemovedParts.set(removedParts);
    this.#meters.recordLostTakes.set(lostTakes);
    this.#meters.recordStopped.set(stopped === null ? 0 : 1);
  }

  /** Several cameras may share a label: steps are summed up, of ages and latencies the longest is told. */
  #lookAtFeeds(): void {
    const { queueSteps, queueAge, cameraLatency } = this.#meters;
    const longest = new Map<string, { age: number; p50: number; p99: number }>();
    for (const gauge of [queueSteps, queueAge, cameraLatency]) gauge.reset();
    for (const { meter, label, current } of this.#feeds) {
      const { queue, queueAgeMs, latencyMs } = current;
      meter.update(current);
      queueSteps.inc({ camera: label }, queue);
      const { age, p50, p99 } = longest.get(label) ?? { age: 0, p50: 0, p99: 0 };
      longest.set(label, {
        age: Math.max(age, queueAgeMs),
        p50: Math.max(p50, latencyMs.p50),
        p99: Math.max(p99, latencyMs.p99),
      });
    }
    for (const [camera, { age, p50, p99 }] of longest) {
      queueAge.set({ camera }, age / 1000);
      cameraLatency.set({ camera, quantile: '0.5' }, p50 / 1000);
      cameraLatency.set({ camera, quantile: '0.99' }, p99 / 1000);
    }
  }

  #updateTransport(camera: LiveCamera): void {
    const stats = camera.stats();
    if (stats === null) return;
    let known = this.#transports.get(camera);
    if (known === undefined) {
      const label = this.#labels.take(camera.name);
      known = { label, meter: new TransportMeter(this.#meters, label) };
      this.#transports.set(camera, known);
    }
    known.meter.update(stats);
  }
}

class MeteredFeed extends PassingFeed {
  readonly meter: FeedMeter;
  readonly label: string;
  readonly #onEnd: () => void;

  constructor(inner: Feed, meter: FeedMeter, label: string, onEnd: () => void) {
    super(inner);
    this.meter = meter;
    this.label = label;
    this.#onEnd = onEnd;
  }

  get current(): StatsOfFeed {
    return this.inner.stats(NO_TRANSPORT);
  }

  override async end(): Promise<void> {
    try {
      await super.end();
    } finally {
      this.#onEnd();
    }
  }
}

type StatsOfFeed = ReturnType<Feed['stats']>;
