import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../datasets/index.ts';
import { inRecording, OptionError, RecordingError } from '../../src/events/index.ts';

const failing = async (error: unknown): Promise<unknown> =>
  inRecording('b/1.csv', () => Promise.reject(error as Error)).catch((caught: unknown) => caught);

describe('what goes wrong with a recording', () => {
  it('names it once, with the code and the cause', async () => {
    const cause = new OptionError('geometry', 'is missing');
    const error = await failing(cause);
    expect(error).toBeInstanceOf(RecordingError);
    expect(error).toMatchObject({ recording: 'b/1.csv', code: 'BAD_OPTION', cause });
    expect((error as Error).message).toBe('b/1.csv: Option geometry is missing');
    expect(await failing(error)).toBe(error);
    const repeats = await failing(new DatasetError('EMPTY_RECORDING', 'b/1.csv', 'There is nothing.'));
    expect((repeats as Error).message).toBe('b/1.csv: There is nothing.');
  });

  it('is of saccade or of the system; other errors pass', async () => {
    const system = await inRecording('b/1.csv', () => readFile('/nowhere/b/1.csv')).catch((e: unknown) => e);
    expect(system).toMatchObject({
      name: 'RecordingError',
      code: 'ENOENT',
      message: expect.stringMatching(/^b\/1\.csv: no such file/) as string,
    });
    const fault = new TypeError('a fault of the program');
    expect(await failing(fault)).toBe(fault);
    expect(await inRecording('b/1.csv', async () => 7)).toBe(7);
  });
});
