import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addLimitOptions, limitFlag, limitsFromFlags, limitVariable } from '../../src/cli/limit-options.ts';
import { createLiveServer, DEFAULT_LIMITS, LIVE_LIMITS } from '../../src/live/index.ts';
import { engine } from '../helpers/live.ts';
import { saccade } from '../helpers/cli.ts';
import { saccadeProcess } from '../helpers/process.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function parse(...args: string[]): object {
  const command = new Command('test').option('--port <n>');
  addLimitOptions(command, 'Limits:', LIVE_LIMITS)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return limitsFromFlags(LIVE_LIMITS, command.parse(args, { from: 'user' }).opts());
}

describe('limits of a command', () => {
  it.each(Object.entries(LIVE_LIMITS))('%s: by flag and by variable', (name, { min }) => {
    expect(parse('--port', '1', limitFlag(name), String(min))).toEqual({ [name]: min });
    vi.stubEnv(limitVariable(name), String(min + 1));
    expect(parse()).toEqual({ [name]: min + 1 });
    expect(parse(limitFlag(name), String(min))).toEqual({ [name]: min });
  });

  it('are called as words', () => {
    expect(limitFlag('helloDeadlineMs')).toBe('--hello-deadline-ms');
    expect(limitVariable('helloDeadlineMs')).toBe('SACCADE_HELLO_DEADLINE_MS');
  });

  it.each(['0', '-1', '1.5', 'x', '', '1e99'])('%o cameras are an error', (text) => {
    expect(() => parse('--max-cameras', text)).toThrow(/whole number from 1 to/);
    vi.stubEnv('SACCADE_MAX_CAMERAS', text);
    expect(() => parse()).toThrow(/SACCADE_MAX_CAMERAS/);
  });

  it('are in the help, in a group of their own', async () => {
    const { out } = await saccade('serve', '--help');
    for (const name of Object.keys(LIVE_LIMITS)) {
      expect(out).toContain(limitFlag(name));
      expect(out).toContain(limitVariable(name));
    }
    expect(out).toMatch(/Limits \(docs\/limits\.md\):\n\s+--max-message-bytes <bytes>/);
  });

  it('a wrong one ends `saccade serve` with what is allowed', async () => {
    const args = ['serve', '--model', 'models/nmnist.safetensors', '--max-cameras'];
    expect(await saccade(...args, '0')).toMatchObject({ code: 2, err: expect.stringContaining('from 1') });
    const { code, err } = await saccadeProcess(args.slice(0, 3), { env: { SACCADE_MAX_AGE_MS: 'soon' } });
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('SACCADE_MAX_AGE_MS') });
  });
});

describe('limits in code', () => {
  it.each([
    [{ maxCameras: 0 }, /maxCameras must be a whole number/],
    [{ flushAfterMs: 2 ** 31 }, /flushAfterMs must be/],
    [{ maxAgeMs: Infinity }, /maxAgeMs must be/],
    [{ maxCamera: 3 } as object, /maxCamera is no limit/],
  ])('%o is refused', async (limits, problem) => {
    await expect(createLiveServer({ engine, port: 0, limits })).rejects.toThrow(problem);
  });

  it('one that is undefined is the default', async () => {
    const limits = { maxCameras: undefined } as object;
    await (await createLiveServer({ engine, port: 0, limits })).close();
    expect(DEFAULT_LIMITS.maxCameras).toBe(16);
  });
});
