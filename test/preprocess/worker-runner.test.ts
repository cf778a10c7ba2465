import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WorkerRunner, type JobSetting, type PreprocessJob } from '../../src/preprocess/index.ts';
import { PARAMETERS } from '../helpers/preprocess.ts';

/** A thread that does what the test says. */
class FakeWorker extends EventEmitter {
  static readonly started: FakeWorker[] = [];
  readonly setting: JobSetting;
  readonly asked: unknown[] = [];
  terminated = 0;

  constructor(setting: JobSetting) {
    super();
    this.setting = setting;
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

afterEach(() => {
  FakeWorker.started.length = 0;
  vi.useRealTimers();
});

const setting: JobSetting = { parameters: PARAMETERS, out: 'out', version: '1' };
const job = (id: string): PreprocessJob => ({
  id,
  location: id,
  bytes: 1,
  target: id,
  clip: null,
  geometry: null,
  frames: null,
  label: null,
  drawn: null,
});
const runnerOf = (): WorkerRunner => new WorkerRunner(setting, 1000, (own) => new FakeWorker(own) as never);
const listeners = (worker: FakeWorker): number[] =>
  ['message', 'error', 'exit'].map((name) => worker.listenerCount(name));

describe('a worker runner', () => {
  it('gives jobs to one thread, one after the other, and closes it', async () => {
    const runner = runnerOf();
    for (const jobs of [[job('a'), job('b')], [job('c')]]) {
      const running = runner.run(jobs);
      const [worker] = FakeWorker.started;
      const answers = jobs.map(({ id }) => ({ result: { id } }));
      worker!.emit('message', answers);
      expect(await running).toEqual(answers);
      expect(listeners(worker!)).toEqual([0, 0, 0]);
    }
    expect(FakeWorker.started.length).toBe(1);
    const [worker] = FakeWorker.started;
    expect(worker!.asked).toEqual([[job('a'), job('b')], [job('c')]]);
    expect(worker!.setting).toBe(setting);
    await runner.close();
    expect(worker!.terminated).toBe(1);
  });

  it('names all that may be at fault when several were in hand', async () => {
    const runner = runnerOf();
    const running = runner.run([job('a'), job('b'), job('c')]);
    FakeWorker.started[0]!.emit('exit', 1);
    await expect(running).rejects.toMatchObject({ message: 'The worker died on a and 2 more: exit code 1.' });
  });

  it('keeps its thread after a fault of the recording', async () => {
    const runner = runnerOf();
    const running = runner.run([job('a')]);
    FakeWorker.started[0]!.emit('message', [{ error: 'BAD: no recording' }]);
    expect(await running).toEqual([{ error: 'BAD: no recording' }]);
    const next = runner.run([job('b')]);
    FakeWorker.started[0]!.emit('message', []);
    await next;
    expect(FakeWorker.started.length).toBe(1);
    expect(FakeWorker.started[0]!.terminated).toBe(0);
  });

  it.each([
    ['error', new Error('out of memory'), 'The worker died on a: Error: out of memory.'],
    ['exit', 134, 'The worker died on a: exit code 134.'],
  ])('replaces a thread after its %s', async (name, value, message) => {
    const runner = runnerOf();
    const running = runner.run([job('a')]);
    FakeWorker.started[0]!.emit(name, value);
    await expect(running).rejects.toMatchObject({ code: 'WORKER_DIED', message });
    expect(FakeWorker.started[0]!.terminated).toBe(1);
    const next = runner.run([job('b')]);
    expect(FakeWorker.started.length).toBe(2);
    FakeWorker.started[1]!.emit('message', [{ error: 'b' }]);
    expect(await next).toEqual([{ error: 'b' }]);
  });

  it('gives a job its time, no more, and the next one anew', async () => {
    vi.useFakeTimers();
    const runner = runnerOf();
    const slow = runner.run([job('a')]);
    vi.advanceTimersByTime(999);
    FakeWorker.started[0]!.emit('message', [{ error: 'a' }]);
    expect(await slow).toEqual([{ error: 'a' }]);
    const hung = runner.run([job('b')]);
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
    const runner = runnerOf();
    const running = runner.run([job('a')]);
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
