/** What a live server is told, and what it is. */
import type { Observable } from 'rxjs';
import type { InferenceEngine } from '../inference/index.ts';
import type { AccessToken } from './access/access.ts';
import type { ProxyOptions } from './access/client-addresses.ts';
import type { ClusterHost } from './cluster-host.ts';
import type { LiveExtension } from './extension.ts';
import type { TlsFiles } from './http/http-server.ts';
import type { LiveLimits } from './limits.ts';
import type { LiveLogger } from './live-logger.ts';
import type { DecisionMessage } from './protocol/index.ts';
import type { SourceAddress } from './sources/source-address.ts';
import type { SourceCamera } from './sources/source-camera.ts';
import type { SourceOptions } from './sources/source-options.ts';
import type { LiveServerChanges } from './server-changes.ts';
import type { ServerProblems } from './server-problems.ts';

/** See `createLiveServer`. */
export interface LiveServerOptions extends ProxyOptions {
  /** What decides, in this process; or the cluster whose workers do: one of the two. */
  readonly engine?: InferenceEngine;
  readonly cluster?: ClusterHost;
  /** Default 127.0.0.1. Anything else needs tokens and TLS, or `insecure`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The built dashboard. */
  readonly staticDir?: string;
  /** The bytes of the model file, for dashboards that classify recordings in the page. */
  readonly modelFile?: Uint8Array;
  /** docs/limits.md lists them. */
  readonly limits?: Partial<LiveLimits>;
  readonly logger?: LiveLogger;
  /** Who may stream and watch. Default: all who reach the server. */
  readonly tokens?: readonly AccessToken[];
  /** Names under which browsers and cameras may ask for the server, beside addresses and `localhost`. */
  readonly hosts?: readonly string[];
  readonly tls?: TlsFiles;
  /** Allows other addresses without tokens and TLS, and sources without a list of senders. */
  readonly insecure?: boolean;
  /** What measures, records, or answers further paths. */
  readonly extensions?: readonly LiveExtension[];
  /** Where camera software sends to, or is connected to; see `parseSourceAddress`. */
  readonly sources?: readonly SourceAddress[];
  readonly sourceOptions?: SourceOptions;
  /** What `/healthz` shows, beside what the server notes itself. */
  readonly problems?: ServerProblems;
}

/** A running server. */
export interface LiveServer {
  /** `http://127.0.0.1:8765/`. */
  readonly url: string;
  /** All decisions of all cameras. */
  readonly decisions$: Observable<DecisionMessage>;
  /** The cameras of its network sources. */
  readonly sources: readonly SourceCamera[];
  /**
   * Takes other tokens, another certificate, another model, while it runs. All is checked before anything changes. Who is
   * there with a token that is gone is sent away (4401); connections keep the certificate that they have. Each camera's
   * open window is finished by the engine before, and the next one is the new engine's; dashboards are greeted anew, and
   * get the decisions of the new model.
   *
   * @returns when no window needs the engine before any more: whoever made it may dispose it.
   * @throws OptionError, also for another model of a gateway, whose workers have it; nothing is changed then.
   */
  reload(changes: LiveServerChanges): Promise<void>;
  /**
   * Ends: no camera is let in any more, open windows are decided as they are, every camera is told its counts, and all
   * are said goodbye, within `shutdownMs`, whatever they do.
   */
  close(): Promise<void>;
}
