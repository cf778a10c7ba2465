/** The live server: cameras in, decisions out, a dashboard to watch. */
import { RunningServer } from './running-server.ts';
import { LOCAL_HOST, requireSafe } from './server-changes.ts';
import type { LiveServer, LiveServerOptions } from './server-options.ts';

/**
 * Starts a live server: `/ingest` takes cameras, `/view` dashboards (protocol in PROTOCOL.md), `/` serves the
 * dashboard, `/healthz` says that it runs, `/readyz` whether it can take work.
 *
 * @throws {@link OptionError} for an address that others reach without tokens and TLS, a port that is in use, a
 * certificate that cannot be used, and a limit out of its range.
 *
 * @example
 * ```ts
 * import { createEngine, randomModel } from 'saccade';
 * import { createLiveServer } from 'saccade/live';
 * const server = await createLiveServer({ engine: await createEngine(randomModel()), port: 0 });
 * console.log(server.url.startsWith('http://127.0.0.1:')); // true
 * await server.close();
 * ```
 */
export async function createLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  requireSafe(options);
  const server = new RunningServer(options);
  await server.listen(options.port, options.host ?? LOCAL_HOST);
  await server.openSources().catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  return server;
}

/** @throws OptionError where there is nothing that decides, or two. */
