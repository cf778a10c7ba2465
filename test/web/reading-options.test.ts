import { describe, expect, it } from 'vitest';
import { OptionError, RecordingError } from '../../src/events/index.ts';
import { EventFormatError } from '../../src/formats/index.ts';
import { PipelineError } from '../../src/pipeline/index.ts';
import { inPageWords, missingFields, reasonOf } from '../../web/src/in-page/reading-options.ts';

describe('reading options of the page', () => {
  it('are named by what the library misses', () => {
    const fault = (message: string): EventFormatError => new EventFormatError('BAD_HEADER', 0, message);
    expect(missingFields(new EventFormatError('AMBIGUOUS_FORMAT', 0, 'two formats'))).toEqual(['format']);
    expect(missingFields(fault('Times have fractions: state --time-unit s.'))).toEqual(['timeUnit']);
    expect(missingFields(fault('State --columns t,x,y,p'))).toEqual(['columns']);
    expect(missingFields(new PipelineError('MOSTLY_OUTSIDE', 'State its size (--geometry WxH).'))).toEqual([
      'geometry',
    ]);
    expect(missingFields(new OptionError('timeUnit', 'must be one of s, ms'))).toEqual(['timeUnit']);
    expect(missingFields(fault('The file is a picture.'))).toEqual([]);
    expect(missingFields(new TypeError('--format'))).toEqual([]);
  });

  it('stand in messages in place of options of commands', () => {
    expect(inPageWords('give it as geometry (--geometry WxH).')).toBe('give it as geometry (“Sensor” WxH).');
    expect(
      inPageWords("State it: --time-unit s on the command line, timeUnit: 's' in code; --time-unit us else."),
    ).toBe('State it: “Time unit” s under Reading options; “Time unit” us else.');
    expect(
      inPageWords("--format csv --columns x,y,t,p on the command line, columns: 'x,y,t,p' in code reads it"),
    ).toBe('“Format” csv “Columns” x,y,t,p under Reading options reads it');
  });

  it('do not repeat the name of the file, nor the place of its first byte', () => {
    const cause = new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
    expect(reasonOf(cause)).toBe('The recording has no bytes.');
    expect(reasonOf(new RecordingError('a.bin', cause))).toBe('The recording has no bytes.');
    expect(reasonOf(new EventFormatError('CORRUPT_DATA', 70, 'A packet lies.'))).toContain('byte 70');
  });
});
