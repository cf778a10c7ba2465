/** The systems that can be measured: a server in a process of its own, one elsewhere, and the pipeline in this process. */
import type { CreateDecoderOptions } from '../formats/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { CameraPipeline } from '../live/camera/camera-pipeline.ts';
import { CameraClient, DEFAULT_LIMITS, openNodeSocket, Turns, type ClockExchange } from '../live/index.ts';
import { ServerProcess } from './server-process.ts';
import type { LatencyTarget, TargetCamera, TargetCameraOptions } from './target.ts';

/** See {@link serverTarget}. */
export interface ServerTargetOptions {
  /** `ws://host:port/ingest`: of a server, or of a gateway to a cluster, which speaks the same protocol. */
  readonly url: string;
  /** Secret of a server that wants one. */
  readonly token?: string | undefined;
  /** How recordings are read. */
  readonly decoding?: CreateDecoderOptions;
}

/** A server that is there already. */
export function serverTarget(options: ServerTargetOptions): LatencyTarget {
  return { connect: (camera) => connectCamera(options, camera), close: async () => undefined };
}

/** See {@link ownServerTarget}. */
export interface OwnServerTargetOptions {
  /** Path of the command's entry file. */
  readonly main: string;
  readonly modelFile: string;
  /** More options of `saccade serve`. */
  readonly serveOptions?: readonly string[];
  readonly decoding?: CreateDecoderOptions;
}

/**
 * `saccade serve` in a process of its own, so that the load generator and the server do not share an event loop. The
 * process ends with this one, or when the target is closed.
 *
 * @throws SaccadeError `NO_SERVER`: it ended before it listened.
 */
export async function ownServerTarget({
  main,
  modelFile,
  serveOptions = [],
  decoding = {},
}: OwnServerTargetOptions): Promise<LatencyTarget> {
  const server = new ServerProcess([
    main,
    'serve',
    '--model',
    modelFile,
    '--port',
    '0',
    '--json',
    ...serveOptions,
  ]);
  const url = await server.ingestUrl();
  return {
    connect: (camera) => connectCamera({ url, decoding }, camera),
    close: () => server.end(),
  };
}

async function connectCamera(
  { url, token, decoding = {} }: ServerTargetOptions,
  { name, policy, onDecision }: TargetCameraOptions,
): Promise<TargetCamera> {
  const client = new CameraClient({
    url,
    hello: {
      camera: name,
      sensor: decoding.geometry ?? null,
      payload: 'events',
      policy,
      trace: true,
      ...(decoding.convention && { decoding: { convention: decoding.convention } }),
    },
    createSocket: (address, protocols) => openNodeSocket(address, protocols, { token }),
  });
  const clockExchanges: ClockExchange[] = [];
  client.clock$.subscribe((exchange) => clockExchanges.push(exchange));
  client.decisions$.subscribe({
    next: (decision) => {
      onDecision(decision, performance.now());
    },
    // Told by whatever is awaited.
    error: () => undefined,
  });
  await client.connect();
  return {
    startSegment: (segment) => client.startSegment(segment),
    sendEvents: (batch) => client.sendEvents(batch),
    askClock: () => client.askClock(),
    clockExchanges,
    end: () => client.end(),
    close: () => {
      client.close();
    },
  };
}

/**
 * The pipeline of the server without a network, in this process: generator and classifier share one thread.
 *
 * @param decoding how recordings are read.
 * @param close called when it is not needed any more.
 */
export function directTarget(
  engine: InferenceEngine,
  decoding: CreateDecoderOptions = {},
  close: () => void = () => undefined,
): LatencyTarget {
  const turns = new Turns();
  return {
    connect: async ({ policy, onDecision }) => {
      let failure: unknown;
      const { maxQueuedSteps, maxAgeMs, flushAfterMs } = DEFAULT_LIMITS;
      const pipeline = new CameraPipeline({
        engine,
        turns,
        sensor: decoding.geometry ?? null,
        payload: 'events',
        decoding,
        policy,
        maxQueuedSteps,
        maxAgeMs,
        flushAfterMs,
        onDecision: ({ segment, decision, flushed, trace }) => {
          const now = performance.now();
          onDecision({ ...decision, segment, flushed, trace: { ...trace, sentAtMs: now } }, now);
        },
        onError: (error) => (failure ??= error),
      });
      return {
        startSegment: async (segment) => {
          pipeline.startSegment(segment);
        },
        sendEvents: async (batch) => {
          if (failure !== undefined) throw failure as Error;
          pipeline.pushEvents(batch, performance.now());
        },
        askClock: null,
        clockExchanges: [],
        end: async () => {
          await pipeline.end();
          if (failure !== undefined) throw failure as Error;
          return { dropped: pipeline.dropped, sequenceGaps: 0, sequenceRepeats: 0, unreadDecisions: 0 };
        },
        close: () => undefined,
      };
    },
    close: async () => {
      close();
    },
  };
}
