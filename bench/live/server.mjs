/** A `saccade serve` of its own, on one core where that can be asked for, and what it costs. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const root = path.join(import.meta.dirname, '../..');
export const MAIN = path.join(root, 'dist/cli/main.js');
export const MODEL = path.join(root, 'models/nmnist.safetensors');
/** The server has a core of its own: whoever plays the cameras goes to the others. */
const PINNED =
  availableParallelism() > 1 &&
  spawnSync('taskset', ['-cp', `1-${availableParallelism() - 1}`, `${process.pid}`]).status === 0
    ? ['taskset', '-c', '0']
    : [];

/** CPU time of the threads that a process has now, milliseconds: the scheduler's own count, where `stat` has steps of 10 ms. */
export function cpuMillisOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map(
    (thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0],
  );
  return nanos.reduce((sum, own) => sum + Number(own), 0) / 1e6;
}

/** A server process with one thread for the engine. */
export class ServerProcess {
  #child;
  url;

  /** @param flags of `saccade serve`. */
  static async start(...flags) {
    const server = new ServerProcess();
    const command = [...PINNED, process.execPath, MAIN, 'serve', '--model', MODEL, '--port', '0', '--json'];
    const [program, ...args] = [...command, '--threads', '1', ...flags];
    server.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.#child.stdout });
    const [first] = await once(lines, 'line');
    // Decisions are printed too: they are read, as an operator's log would.
    lines.on('line', () => undefined);
    server.url = JSON.parse(first).url;
    return server;
  }

  get ingest() {
    return `${this.url.replace('http', 'ws')}ingest`;
  }

  /** CPU time of all its threads, milliseconds. */
  get cpuMillis() {
    return cpuMillisOf(this.#child.pid);
  }

  /** Resident memory, bytes. */
  get residentBytes() {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  }

  /** Milliseconds until `/healthz` answers. */
  async healthMillis() {
    const asked = performance.now();
    await (await fetch(`${this.url}healthz`)).arrayBuffer();
    return performance.now() - asked;
  }

  /** Sends SIGTERM. @returns the milliseconds until it has ended, and its exit code. */
  async stop() {
    const asked = performance.now();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = await ended;
    return { milliseconds: performance.now() - asked, code };
  }
}
