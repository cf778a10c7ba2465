/** The server that `saccade serve` and `saccade gateway` start, with all that their flags ask for. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { InferenceEngine } from '../../inference/index.ts';
import { timeLayers } from '../../inference/index.ts';
import {
  createLiveServer,
  RECORD_LIMITS,
  Recorder,
  type DecisionMessage,
  type LiveServer,
  type LiveServerOptions,
} from '../../live/index.ts';
import type { GatewayCluster } from '../../live/cluster/index.ts';
import { LIVE_LIMITS } from '../../live/limits.ts';
import { LiveMetrics, METRICS_LIMITS } from '../../live/metrics/index.ts';
import { limitsFromFlags } from '../limit-options.ts';
import { ownPath } from '../own-package.ts';
import { printable } from '../printable.ts';
import { sha256 } from '../sha256.ts';
import { sourcesFromFlags, sourcesJson, sourcesText, type SourceFlags } from '../source-options.ts';
import { tokensFromFlags, type ServeFlags, type ServerFlags } from './serve-flags.ts';
import type { Service } from './service.ts';

/** What decides, and the bytes of its model file. */
export interface ServedModel<Decider extends InferenceEngine | GatewayCluster = InferenceEngine> {
  readonly engine: Decider;
  readonly modelFile: Uint8Array;
}

/** See {@link openServer}. */
export interface OpenedServer {
  readonly server: LiveServer;
  /** Readies another model for the server: its layers are timed, and metrics name it. */
  readonly adopt: (model: ServedModel) => InferenceEngine;
}

/** Starts it, prints where it is, then a line for each final decision. @throws OptionError */
export async function openServer(
  { engine, modelFile }: ServedModel<InferenceEngine | GatewayCluster>,
  tls: LiveServerOptions['tls'],
  { output, problems, logger }: Service,
  flags: ServerFlags & SourceFlags & Pick<ServeFlags, 'record'>,
): Promise<OpenedServer> {
  const staticDir = dashboardFolder();
  const tokens = await tokensFromFlags(flags);
  const recorder =
    flags.record === undefined
      ? undefined
      : await Recorder.open({
          folder: flags.record,
          limits: limitsFromFlags(RECORD_LIMITS, flags),
          logger,
          problems,
          modelDigest: sha256(modelFile),
        });
  const metrics = new LiveMetrics({
    ...(recorder && { recorder }),
    problems,
    limits: limitsFromFlags(METRICS_LIMITS, flags),
  });
  const announce = (by: InferenceEngine | GatewayCluster, file: Uint8Array): void => {
    metrics.nameModel({ name: by.model.network.name, digest: sha256(file), engine: by.name });
  };
  const adopt = (model: ServedModel): InferenceEngine => {
    announce(model.engine, model.modelFile);
    return timeLayers(model.engine, metrics.onLayerTime);
  };
  const isCluster = 'feeds' in engine;
  if (isCluster) announce(engine, modelFile);
  const server = await createLiveServer({
    ...(isCluster ? { cluster: engine } : { engine: adopt({ engine, modelFile }) }),
    extensions: [metrics, ...(recorder ? [recorder] : [])],
    host: flags.host,
    port: flags.port,
    modelFile,
    insecure: flags.insecure ?? false,
    sources: await sourcesFromFlags(flags),
    limits: limitsFromFlags(LIVE_LIMITS, flags),
    logger,
    problems,
    ...(staticDir && { staticDir }),
    ...(tokens.length > 0 && { tokens }),
    ...(flags.allowHost && { hosts: flags.allowHost }),
    trustedProxies: (flags.trustedProxy ?? []).flatMap((list) => list.split(',')),
    proxyHeader: flags.proxyHeader,
    ...(tls && { tls }),
  });
  const ingest = `${server.url.replace(/^http/, 'ws')}ingest`;
  output.print(
    flags.json
      ? JSON.stringify({ url: server.url, ingest, ...sourcesJson(server) })
      : `${staticDir ? 'Dashboard' : 'Server (dashboard not built)'}: ${server.url}\nCameras: ${ingest}${sourcesText(server)}`,
  );
  server.decisions$.subscribe((decision) => {
    if (decision.final) output.print(flags.json ? JSON.stringify(decision) : decisionLine(decision));
  });
  return { server, adopt };
}

/** The built dashboard. */
function dashboardFolder(): string | undefined {
  const folder = ownPath('dist/web');
  return existsSync(path.join(folder, 'index.html')) ? folder : undefined;
}

function decisionLine({
  camera,
  segment,
  label,
  classIndex,
  scores,
  latencyMs,
  window,
}: DecisionMessage): string {
  const truth = segment?.label;
  const mark =
    truth === undefined || truth === null ? '' : truth === label ? '  right' : `  wrong, is ${truth}`;
  const score = `${(100 * scores[classIndex]!).toFixed(1)} %`.padStart(7);
  return printable(
    `${camera}  ${segment?.name ?? ''} window ${window}  →  ${label} ${score}  ${latencyMs.toFixed(1)} ms${mark}`,
  );
}
