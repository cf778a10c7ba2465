/** Preprocessing by real processes and a real broker, of which one is killed: the tree must be that of one machine. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { startCommand, startJobWorker, type CommandProcess } from './job-processes.ts';
import { startNats, type NatsServer } from './nats.ts';
import { rows, writeRecording } from './preprocess.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { treeOf } from './tree.ts';

const ARGS = ['--steps', '4', '--geometry', '4x4'];
const RECORDINGS = 24;
/** A recording takes some ten milliseconds. */
const EVENTS = 10_000;
/** One cannot be read: exit code 4. */
const SOME_FAILED = 4;

const NOTHING_THERE = 3;

/** Which process is killed. */
export type Target = 'worker' | 'submitter' | 'broker';

/** Data, what one machine makes of it, a broker and two workers. It ends with the test. */
export class JobBench {
  readonly share: string = temporaryFolder();
  readonly data: string = path.join(this.share, 'data');
  readonly server: NatsServer;
  readonly workers: CommandProcess[] = [];
  #expected: Record<string, string> = {};
  #folders = 0;
  #usualMs = 0;

  private constructor(server: NatsServer) {
    this.server = server;
  }

  /** @param workers that are started. */
  static async make(workers = 2): Promise<JobBench> {
    const bench = new JobBench(await startNats());
    for (let i = 0; i < RECORDINGS; i++)
      writeRecording(bench.data, `${i % 3}/r${i}.csv`, rows(EVENTS + i, i));
    writeRecording(bench.data, '0/none.csv', []);
    const out = bench.folder();
    const local = startCommand('preprocess', bench.data, '--out', out, ...ARGS);
    expect(await local.ended, local.err).toBe(SOME_FAILED);
    bench.#expected = treeOf(out);
    // Frames, journal and manifest.
    expect(Object.keys(bench.#expected)).toHaveLength(RECORDINGS + 2);
    for (let i = 0; i < workers; i++) bench.workers.push(bench.worker());
    return bench;
  }

  /** A fresh folder for outputs. */
  folder(): string {
    const folder = path.join(this.share, `out-${this.#folders++}`);
    mkdirSync(folder);
    return folder;
  }

  worker(url: string = this.server.url): CommandProcess {
    return startJobWorker(url, this.share);
  }

  submitter(out: string, ...args: readonly string[]): CommandProcess {
    const queue = ['--queue', this.server.url, '--ack-wait', '1'];
    return startCommand('preprocess', this.data, '--out', out, ...ARGS, ...queue, ...args);
  }

  /** Waits until a run has ended, with the exit code and the tree of a local one. */
  async expectWhole(submitter: CommandProcess, out: string): Promise<void> {
    const code = await submitter.ended;
    const told = [submitter.err, submitter.out, ...this.workers.map((worker) => worker.err)].join('\n');
    expect(code, told).toBe(SOME_FAILED);
    expect(treeOf(out), told).toEqual(this.#expected);
  }

  /** Runs once, undisturbed, to know how long that takes. */
  async rehearse(): Promise<void> {
    const out = this.folder();
    const began = performance.now();
    await this.expectWhole(this.submitter(out), out);
    this.#usualMs = performance.now() - began;
  }

  /** Runs, kills a process somewhere on the way, and puts another in its place. */
  async killOne(target: Target, random: SeededRandom): Promise<void> {
    const out = this.folder();
    let submitter = this.submitter(out);
    await Promise.race([sleep(random.uniform() * this.#usualMs), submitter.ended]);
    if (target === 'broker') {
      await this.server.restart();
      // It found nobody when it began: a person would begin again.
      if ((await submitter.ended) === NOTHING_THERE && submitter.err.includes('UNREACHABLE'))
        submitter = this.submitter(out);
    } else if (target === 'worker') {
      await this.workers[0]!.kill();
      this.workers[0] = this.worker();
    } else {
      await submitter.kill();
      submitter = this.submitter(out);
    }
    await this.expectWhole(submitter, out);
  }
}
