import { afterEach, describe, expect, it, vi } from 'vitest';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { interruptible } from '../../src/cli/interruptible.ts';

/** Work that ends when its signal aborts. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      setTimeout(() => {
        reject(signal.reason as Error);
      }, 10);
    });
  });

function watched(): { texts: string[]; exits: unknown[] } {
  const texts: string[] = [];
  const exits: unknown[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (texts.push(String(text)), true));
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(code);
    return undefined as never;
  });
  return { texts, exits };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (name) => {
  it('stops the work in good order the first time, and says what a second one does', async () => {
    const { texts, exits } = watched();
    const running = interruptible('The rest is kept.', untilAborted, 'Finishing the piece in hand.');
    process.emit(name, name);
    await expect(running).rejects.toEqual(new Interrupted('The rest is kept.'));
    expect(texts).toEqual(['\nFinishing the piece in hand. Ctrl-C again ends at once.\n']);
    expect(exits).toEqual([]);
  });

  it('ends the process the second time, with exit code 130, and says so', async () => {
    const { texts, exits } = watched();
    const running = interruptible('x', untilAborted, 'Finishing.').catch(() => undefined);
    process.emit(name, name);
    process.emit(name, name);
    expect(exits).toEqual([130]);
    expect(texts.at(-1)).toBe('\nEnded at once.\n');
    await running;
  });
});

it('leaves no listeners behind, and no other error is touched', async () => {
  const before = ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name));
  expect(await interruptible('x', async () => 5)).toBe(5);
  await expect(
    interruptible(
      () => 'interrupted',
      async () => Promise.reject(new TypeError('other')),
    ),
  ).rejects.toEqual(new TypeError('other'));
  expect(['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name))).toEqual(before);
});

it('asks for the message when the work has stopped', async () => {
  watched();
  let state = 'before';
  const running = interruptible(
    () => state,
    async (signal) => untilAborted(signal).finally(() => (state = 'after')),
  );
  process.emit('SIGINT', 'SIGINT');
  await expect(running).rejects.toEqual(new Interrupted('after'));
});
