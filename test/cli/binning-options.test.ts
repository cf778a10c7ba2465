import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addBinningOptions,
  binningFromFlags,
  binningOrModels,
  type BinningFlags,
} from '../../src/cli/binning-options.ts';
import { createSlicer, parseRepresentation, type BinningSpec } from '../../src/frames/index.ts';
import { randomModel, readModel, writeModel, type Model } from '../../src/network/index.ts';

const flagsOf = (text: string): BinningFlags =>
  addBinningOptions(new Command(), 'fixed-duration')
    .exitOverride()
    .parse(text.split(' '), { from: 'user' })
    .opts();

describe('flags of binning rules', () => {
  it.each<[string, BinningSpec]>([
    ['--steps 4 --step-us 100', { by: 'fixed-duration', stepMicros: 100, steps: 4 }],
    [
      '--steps 4 --step-us 100 --stride-us 50.5',
      { by: 'fixed-duration', stepMicros: 100, steps: 4, strideMicros: 50.5 },
    ],
    [
      '--by fixed-count --steps 4 --step-events 9 --stride-events 3',
      { by: 'fixed-count', stepEvents: 9, steps: 4, strideEvents: 3 },
    ],
    [
      '--by mixed --steps 4 --step-us 100 --step-events 9',
      { by: 'mixed', stepMicros: 100, stepEvents: 9, steps: 4 },
    ],
    [
      '--by tonic-time-window --duration 100 --overlap 30',
      { by: 'tonic-time-window', durationMicros: 100, includeIncomplete: false, overlapMicros: 30 },
    ],
    [
      '--by tonic-event-count --step-events 9 --overlap 3 --include-incomplete',
      { by: 'tonic-event-count', stepEvents: 9, includeIncomplete: true, overlapEvents: 3 },
    ],
    ['--by tonic-time-bins --steps 4 --overlap 0.5', { by: 'tonic-time-bins', steps: 4, overlap: 0.5 }],
    ['--by tonic-event-bins --steps 4 --overlap 0.5', { by: 'tonic-event-bins', steps: 4, overlap: 0.5 }],
    ['--by tonic-event-bins --steps 4', { by: 'tonic-event-bins', steps: 4 }],
  ])('%s', (text, spec) => {
    const binning = binningFromFlags(flagsOf(text));
    expect(binning).toEqual(spec);
    expect(createSlicer(binning).report.repeatedEvents).toBe(0);
    const model = randomModel({ steps: 4, width: 8, height: 8 });
    const stated = { ...model, input: { ...model.input, binning } };
    expect(readModel(writeModel(stated)).input.binning).toEqual(spec);
  });

  it.each([
    ['--by mixed --stride-us 5', '--stride-us'],
    ['--stride-events 5', '--stride-events'],
    ['--by number --overlap 0.5', '--overlap'],
    ['--by fixed-count --include-incomplete', '--include-incomplete'],
  ])('%s: of another rule', (text, option) => {
    expect(() => binningFromFlags(flagsOf(text))).toThrow(expect.objectContaining({ option }));
  });

  it("without --by a model's own rule holds, and takes no flag of another", () => {
    const model = randomModel({ steps: 4, width: 8, height: 8 });
    const flags = (text: string): ReturnType<typeof flagsOf> =>
      addBinningOptions(new Command()).parse(text.split(' ').filter(Boolean), { from: 'user' }).opts();
    expect(binningOrModels(flags(''), model)).toBe(model.input.binning);
    expect(binningOrModels(flags('--by fixed-count --stride-events 9'), model)).toEqual({
      ...{ by: 'fixed-count', stepEvents: 500, steps: 4, strideEvents: 9 },
    });
    expect(() => binningOrModels(flags('--stride-us 9'), model)).toThrow(
      expect.objectContaining({ option: '--stride-us' }),
    );
  });

  it('a model file states no rule that cuts nothing, and none that its representation does not go with', () => {
    const model = randomModel({ steps: 4, width: 8, height: 8 });
    const stated = (input: Partial<Model['input']>): (() => unknown) => {
      return () => writeModel({ ...model, input: { ...model.input, ...input } });
    };
    const stride = { by: 'fixed-duration', stepMicros: 100, steps: 4, strideMicros: 500 } as const;
    expect(stated({ binning: stride })).toThrow(/strideMicros must be at most a window/);
    const overlap = { by: 'tonic-event-count', stepEvents: 4, overlapEvents: 4 } as const;
    expect(stated({ binning: overlap })).toThrow(/overlapEvents/);
    const representation = parseRepresentation('time-surface=levels:8,memory:stream');
    expect(stated({ binning: { ...stride, strideMicros: 200 }, representation })).toThrow(/overlap/);
    expect(stated({ binning: { ...stride, strideMicros: 400 }, representation })).not.toThrow();
  });
});
