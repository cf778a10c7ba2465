/** The bytes of headers: OpenEB's PseeRawFileHeader and GenericHeader, and faery's read_prophesee_header, look for these. */
import { describe, expect, it } from 'vitest';
import { createDecoder, createEncoder } from '../../../src/formats/index.ts';

const geometry = { width: 1280, height: 720 };

function headerOf(format: string, options: object = {}): string {
  return new TextDecoder('latin1').decode(createEncoder(format, options).finish());
}

describe('headers', () => {
  it.each([
    ['evt2', '% evt 2.0\n% format EVT2;height=720;width=1280\n% geometry 1280x720\n% end\n'],
    [
      'evt21',
      '% endianness little\n% format EVT21;endianness=little;height=720;width=1280\n% geometry 1280x720\n% end\n',
    ],
    ['evt3', '% evt 3.0\n% format EVT3;height=720;width=1280\n% geometry 1280x720\n% end\n'],
    ['dat', '% Data file containing CD events.\n% Version 2\n% Width 1280\n% Height 720\n% end\n\x0c\x08'],
    ['es', 'Event Stream\x02\0\0\x01\0\x05\xd0\x02'],
  ])('of %s', (format, header) => {
    expect(headerOf(format, { geometry })).toBe(header);
  });

  it.each([
    ['evt2', '% evt 2.0\n% format EVT2\n% end\n'],
    ['evt21', '% endianness little\n% format EVT21;endianness=little\n% end\n'],
    ['evt3', '% evt 3.0\n% format EVT3\n% end\n'],
    ['dat', '% Data file containing CD events.\n% Version 2\n% end\n\x0c\x08'],
  ])('of %s without a size', (format, header) => {
    expect(headerOf(format)).toBe(header);
  });

  it('of DAT 1', () => {
    expect(headerOf('dat', { datVersion: 1, geometry: { width: 304, height: 240 } })).toBe(
      '% Data file containing CD events.\n% Version 1\n% Width 304\n% Height 240\n% end\n\x0c\x08',
    );
  });

  it.each([
    ['% evt 3.0\n% t0 1500\n% end\n', 1500],
    ['% Version 2\n% T0 1500\n% end\n\x0c\x08', 1500],
    ['% evt 3.0\n% t0 0\n% end\n', null],
    ['% evt 3.0\n% t0 a while\n% end\n', null],
  ])('%j: says that times were shifted', (header, shift) => {
    const decoder = createDecoder();
    decoder.push(new TextEncoder().encode(header));
    decoder.finish();
    const found = decoder.report.notes.filter(({ code }) => code === 'SHIFTED_TIMES');
    expect(found).toHaveLength(shift === null ? 0 : 1);
    if (shift !== null) expect(found[0]!.message).toContain(`${shift} µs`);
  });
});
