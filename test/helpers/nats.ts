/** A real server of NATS on a free port of loopback, with JetStream in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { findProgram, missingProgram, NATS_SERVER } from '../../tools/programs.mjs';
import { temporaryFolder } from './temporary-folder.ts';

/** It starts in 25 ms; a busy machine takes its time. */
const START_MS = 30_000;

/** See {@link startNats}. */
export class NatsServer {
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #port = -1;
  #log = '';

  constructor(folder: string, args: readonly string[]) {
    this.#folder = folder;
    this.#args = args;
  }

  /** Where it listens, also while it is down. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** What it wrote. */
  get log(): string {
    return this.#log;
  }

  /** Starts it, with the port and the store that it had before. */
  async start(): Promise<void> {
    const program = findProgram(NATS_SERVER);
    if (program === undefined) throw new Error(missingProgram(NATS_SERVER));
    const ports = path.join(this.#folder, 'ports');
    rmSync(ports, { recursive: true, force: true });
    mkdirSync(ports, { recursive: true });
    const store = path.join(this.#folder, 'store');
    const child = spawn(
      program,
      [
        ...['-a', '127.0.0.1', '-p', String(this.#port), '--ports_file_dir', ports],
        ...['-js', '-sd', store, ...this.#args],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#child = child;
    child.stderr.on('data', (bytes: Buffer) => (this.#log += String(bytes)));
    const deadline = Date.now() + START_MS;
    for (;;) {
      const port = writtenPort(ports);
      if (port !== null) {
        this.#port = port;
        return;
      }
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`nats-server: ${this.#log}`);
      await sleep(10);
    }
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends it as a machine without power does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Kills it and starts it on the same port and store. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Stops it where it is, as a machine that hangs, until {@link resume}. */
  suspend(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Forgets all that it stored. Not while it runs. */
  wipe(): void {
    rmSync(path.join(this.#folder, 'store'), { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill(signal);
    await once(child, 'exit');
  }
}

/** The port of the file that the server writes when it listens, `null` until then. */
function writtenPort(folder: string): number | null {
  try {
    const [file] = readdirSync(folder);
    const { nats } = JSON.parse(readFileSync(path.join(folder, file!), 'utf8')) as { nats: string[] };
    return Number(new URL(nats[0]!.replace(/^nats/, 'http')).port);
  } catch {
    return null;
  }
}

/**
 * Starts one that ends with the test.
 *
 * @param args more arguments of `nats-server`.
 */
export async function startNats(...args: string[]): Promise<NatsServer> {
  // Made first, removed last: the store must not go under a server that runs.
  const server = new NatsServer(temporaryFolder(), args);
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}
