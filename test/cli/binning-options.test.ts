import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addBinningOptions,
  binningFromFlags,
  BINNING_RULES,
  binningOrModels,
  type BinningChoice,
  type BinningFlags,
} from '../../src/cli/binning-options.ts';
import { requireEffects } from '../../src/cli/option-effects.ts';
import { createSlicer, parseRepresentation, type BinningSpec } from '../../src/frames/index.ts';
import { randomModel, readModel, writeModel, type Model } from '../../src/network/index.ts';

/** What a command is told, as far as it has an effect. */
function flagsOf(text: string, choice: BinningChoice = { rule: 'fixed-duration' }): BinningFlags {
  const words = text.split(' ').filter(Boolean);
  const command = addBinningOptions(new Command(), choice).exitOverride().parse(words, { from: 'user' });
  requireEffects(command);
  return command.opts();
}

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

  it.each(BINNING_RULES)('%s: an option changes the rule, or is refused', (by) => {
    const usual = JSON.stringify(binningFromFlags(flagsOf(`--by ${by}`)));
    for (const [option, value] of [
      ['--steps', '7'],
      ['--step-us', '5'],
      ['--step-events', '5'],
      ['--duration', '5'],
      ['--empty-bin', 'zero'],
      ['--stride-us', '5'],
      ['--stride-events', '5'],
      ['--overlap', '0.5'],
      ['--include-incomplete', ''],
    ] as const) {
      let changed: string;
      try {
        changed = JSON.stringify(binningFromFlags(flagsOf(`--by ${by} ${option} ${value}`)));
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_OPTION', option });
        expect((error as Error).message).toMatch(new RegExp(`goes with --by [^,]*.*, and --by is ${by}$`));
        continue;
      }
      expect({ option, changed }).not.toEqual({ option, changed: usual });
    }
  });

  it('what a rule takes where nothing is said, is in the help', () => {
    const { options } = addBinningOptions(new Command(), { rule: 'number' });
    const stated = options.flatMap(({ long, description }) => {
      const text = /\(default: (\w+)\)$/.exec(description)?.[1];
      return text === undefined ? [] : [[long, text]];
    });
    expect(stated.map(([long]) => long)).toEqual([
      ...['--steps', '--step-us', '--step-events', '--duration', '--empty-bin'],
    ]);
    for (const by of BINNING_RULES) {
      const usual = binningFromFlags(flagsOf(`--by ${by}`));
      for (const [long, text] of stated) {
        try {
          expect(binningFromFlags(flagsOf(`--by ${by} ${long!} ${text!}`))).toEqual(usual);
        } catch (error) {
          expect(error).toMatchObject({ option: long });
        }
      }
    }
  });

  it("T is a network's too, whatever the rule", () => {
    const choice = { rule: 'fixed-duration', network: true } as const;
    expect(flagsOf('--by duration --steps 7', choice)).toMatchObject({ steps: 7 });
    expect(() => flagsOf('--by duration --steps 7')).toThrow(expect.objectContaining({ option: '--steps' }));
  });

  it("without --by a model's own rule holds, and takes no flag of another", () => {
    const model = randomModel({ steps: 4, width: 8, height: 8 });
    const flags = (text: string): BinningFlags => flagsOf(text, {});
    expect(binningOrModels(flags(''), model)).toBe(model.input.binning);
    expect(binningOrModels(flags('--by fixed-count --stride-events 9'), model)).toEqual({
      ...{ by: 'fixed-count', stepEvents: 500, steps: 4, strideEvents: 9 },
    });
    for (const text of ['--stride-us 9', '--step-us 9', '--empty-bin zero'])
      expect(() => flags(text)).toThrow(expect.objectContaining({ option: text.split(' ')[0] }));
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
