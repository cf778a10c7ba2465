/** SIGHUP: tokens, certificate and model are read again, and the server goes on with them. */
import process from 'node:process';
import { OptionError } from '../../events/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { LiveLogger, LiveServer, LiveServerChanges, ServerProblems } from '../../live/index.ts';
import type { Model } from '../../network/index.ts';
import { failureText } from '../failure.ts';
import type { FilterFlags } from '../filter-options.ts';
import { loadFilteredModel } from './filtered-model.ts';
import type { ServedModel } from './open-server.ts';
import { tlsFromFlags, tokensFromFlags, type ServerFlags } from './serve-flags.ts';

/** See {@link Reloader}. */
export interface ReloaderOptions {
  readonly server: LiveServer;
  readonly flags: ServerFlags & FilterFlags;
  readonly modelFile: Uint8Array;
  /** Of a server that decides by itself; a gateway's workers have theirs. */
  readonly engines?: EngineChoice;
  readonly problems: ServerProblems;
  readonly logger: LiveLogger;
}

/** The engine in hand, and how another comes to be. */
export interface EngineChoice {
  readonly engine: InferenceEngine;
  readonly open: (model: Model) => Promise<InferenceEngine>;
  /** Readies an engine for the server. */
  readonly adopt: (model: ServedModel) => InferenceEngine;
}

const PROBLEM = 'reload-failed';

/** Reads again at every SIGHUP until it is closed. What cannot be used changes nothing, and is said. */
export class Reloader {
  readonly #options: ReloaderOptions;
  /** Those that windows may still need. */
  readonly #engines = new Set<InferenceEngine>();
  #engine: InferenceEngine | undefined;
  #modelFile: Uint8Array;
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#engine = options.engines?.engine;
    this.#modelFile = options.modelFile;
    process.on('SIGHUP', this.#onHangUp);
  }

  /** Behind the end of the server: engines go too. */
  async close(): Promise<void> {
    process.off('SIGHUP', this.#onHangUp);
    await this.#reloading;
    for (const engine of [...this.#engines, this.#engine]) engine?.dispose();
  }

  readonly #onHangUp = (): void => {
    this.#reloading = this.#reloading.then(() => this.#reload());
  };

  async #reload(): Promise<void> {
    const { problems, logger } = this.#options;
    try {
      const changes = await this.#read();
      await this.#apply(changes);
      problems.clear(PROBLEM);
      logger.warn({ changed: Object.keys(changes) }, 'reloaded');
    } catch (error) {
      const text = `SIGHUP changed nothing: ${failureText(error)}`;
      problems.note(PROBLEM, text);
      logger.error({ error }, text);
    }
  }

  async #read(): Promise<LiveServerChanges> {
    const { flags } = this.#options;
    const tokens = flags.tokens === undefined ? undefined : await tokensFromFlags(flags);
    const tls = await tlsFromFlags(flags);
    return { ...(tokens && { tokens }), ...(tls && { tls }), ...(await this.#readModel()) };
  }

  /** Nothing where it is the same file. */
  async #readModel(): Promise<Pick<LiveServerChanges, 'engine' | 'modelFile'>> {
    const { flags, engines } = this.#options;
    const { model, modelFile } = await loadFilteredModel(flags.model, flags);
    if (Buffer.compare(modelFile, this.#modelFile) === 0) return {};
    if (engines === undefined)
      throw new OptionError(
        '--model',
        'names another model now, and the workers have the one before: start workers and a gateway with it, then end these',
      );
    return { engine: await engines.open(model), modelFile };
  }

  async #apply(changes: LiveServerChanges): Promise<void> {
    const { server, engines } = this.#options;
    const { engine, modelFile = this.#modelFile } = changes;
    if (engine === undefined || engines === undefined) {
      await server.reload(changes);
      return;
    }
    const reloaded = server.reload({ ...changes, engine: engines.adopt({ engine, modelFile }) });
    const before = this.#engine!;
    this.#engines.add(before);
    this.#engine = engine;
    this.#modelFile = modelFile;
    // A camera may keep its window open for long.
    void reloaded.then(() => {
      this.#engines.delete(before);
      before.dispose();
    });
  }
}
