import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WorkerRunner, type JobSetting, type PreprocessJob } from '../../src/preprocess/index.ts';
import { PARAMETERS } from '../helpers/preprocess.ts';

/** A thread that does what the test says. */
class FakeWorker extends EventEmitter {
  static readonly started: FakeWorker[] = [];
  readonly url: URL;
  readonly options: { workerData: unknown };
  readonly asked: unknown[] = [];
  terminated = 0;

  constructor(url: URL, options: { workerData: unknown }) {
    super();
    this.url = url;
    this.options = options;
    FakeWorker.started.push(this);
  }

  postMessage(job: unknown): void {
    this.asked.push(job);
  }

  async terminate(): Promise<number> {
    this.terminated++;
    return 0;
  }
}

vi.mock('node:worker_threads', async (original) => ({
  ...(await original<object>()),
  // Called as a constructor later: the class above is not there yet when mocks are made.
  Worker: function (url: URL, options: { workerData: unknown }) {
    return new FakeWorker(url, options);
  },
}));

afterEach(() => {
  FakeWorker.started.length = 0;
  vi.useRealTimers();
});

const setting: JobSetting = { parameters: PARAMETERS, out: 'out', version: '1' };
const job = (id: string): PreprocessJob => ({ id, location: id, target: id, geometry: null, frames: null });
const listeners = (worker: FakeWorker): number[] =>
  ['message', 'error', 'exit'].map((name) => worker.listenerCount(name));

describe('a worker runner', () => {
  it('gives jobs to one thread, one after the other, and closes it', async () => {
    const runner = new WorkerRunner(setting, 1000);
    for (const id of ['a', 'b']) {
      const running = runner.run(job(id));
      const [worker] = FakeWorker.started;
      worker!.emit('message', { result: { id } });
      expect(await running).toEqual({ id });
      expect(listeners(worker!)).toEqual([0, 0, 0]);
    }
    expect(FakeWorker.started.length).toBe(1);
    const [worker] = FakeWorker.started;
    expect(worker!.asked).toEqual([job('a'), job('b')]);
    expect(worker!.options).toEqual({ workerData: setting });
    expect(worker!.url.href).toMatch(/preprocess\/worker\.js$/);
    await runner.close();
    expect(worker!.terminated).toBe(1);
  });

  it('keeps its thread after a fault of the recording', async () => {
    const runner = new WorkerRunner(setting, 1000);
    const running = runner.run(job('a'));
    FakeWorker.started[0]!.emit('message', { error: 'BAD: no recording' });
    await expect(running).rejects.toThrow('BAD: no recording');
    const next = runner.run(job('b'));
    FakeWorker.started[0]!.emit('message', { result: { id: 'b' } });
    await next;
    expect(FakeWorker.started.length).toBe(1);
    expect(FakeWorker.started[0]!.terminated).toBe(0);
  });

  it.each([
    ['error', new Error('out of memory'), 'The worker died on a: Error: out of memory.'],
    ['exit', 134, 'The worker died on a: exit code 134.'],
  ])('replaces a thread after its %s', async (name, value, message) => {
    const runner = new WorkerRunner(setting, 1000);
    const running = runner.run(job('a'));
    FakeWorker.started[0]!.emit(name, value);
    await expect(running).rejects.toMatchObject({ code: 'WORKER_DIED', message });
    expect(FakeWorker.started[0]!.terminated).toBe(1);
    const next = runner.run(job('b'));
    expect(FakeWorker.started.length).toBe(2);
    FakeWorker.started[1]!.emit('message', { result: { id: 'b' } });
    expect(await next).toEqual({ id: 'b' });
  });

  it('gives a job its time, no more, and the next one anew', async () => {
    vi.useFakeTimers();
    const runner = new WorkerRunner(setting, 1000);
    const slow = runner.run(job('a'));
    vi.advanceTimersByTime(999);
    FakeWorker.started[0]!.emit('message', { result: { id: 'a' } });
    expect(await slow).toEqual({ id: 'a' });
    const hung = runner.run(job('b'));
    const verdict = expect(hung).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'b took longer than 1000 ms.',
    });
    vi.advanceTimersByTime(999);
    expect(FakeWorker.started[0]!.terminated).toBe(0);
    vi.advanceTimersByTime(1);
    await verdict;
    expect(FakeWorker.started[0]!.terminated).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits at its close for threads that it gave up', async () => {
    const runner = new WorkerRunner(setting, 1000);
    const running = runner.run(job('a'));
    const worker = FakeWorker.started[0]!;
    let end: () => void = () => undefined;
    worker.terminate = () => new Promise((resolve) => (end = () => resolve(1)));
    worker.emit('exit', 1);
    await expect(running).rejects.toThrow();
    let closed = false;
    const closing = runner.close().then(() => (closed = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(closed).toBe(false);
    end();
    await closing;
  });
});
