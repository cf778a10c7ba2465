import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/events/index.ts';
import { EventFormatError } from '../../src/formats/index.ts';
import { PipelineError } from '../../src/pipeline/index.ts';
import { inPageWords, missingField, reasonOf } from '../../web/src/in-page/reading-options.ts';

describe('reading options of the page', () => {
  it('are named by what the library misses', () => {
    const fault = (message: string): EventFormatError => new EventFormatError('BAD_HEADER', 0, message);
    expect(missingField(new EventFormatError('AMBIGUOUS_FORMAT', 0, 'two formats'))).toBe('format');
    expect(missingField(fault('Times have fractions: state --time-unit s.'))).toBe('timeUnit');
    expect(missingField(fault('State --columns t,x,y,p'))).toBe('columns');
    expect(missingField(new PipelineError('MOSTLY_OUTSIDE', 'State its size (--geometry WxH).'))).toBe(
      'geometry',
    );
    expect(missingField(new OptionError('timeUnit', 'must be one of s, ms'))).toBe('timeUnit');
    expect(missingField(fault('The file is a picture.'))).toBeNull();
    expect(missingField(new TypeError('--format'))).toBeNull();
  });

  it('stand in messages in place of options of commands', () => {
    expect(inPageWords('give it as geometry (--geometry WxH).')).toBe(
      'give it as geometry (“Sensor” under Reading options).',
    );
    expect(inPageWords('say --time-unit s or --time-unit <unit>')).toBe(
      'say “Time unit” under Reading options or “Time unit” under Reading options',
    );
  });

  it('do not repeat the name of the file, nor the place of its first byte', () => {
    const cause = new EventFormatError('EMPTY_FILE', 0, 'The recording has no bytes.');
    expect(reasonOf(cause)).toBe('The recording has no bytes.');
    expect(reasonOf(new EventFormatError('EMPTY_FILE', 0, 'a.bin: no bytes', { cause }))).toBe(
      'The recording has no bytes.',
    );
    expect(reasonOf(new EventFormatError('CORRUPT_DATA', 70, 'A packet lies.'))).toContain('byte 70');
  });
});
