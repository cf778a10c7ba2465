/** Texts as people have them: names, comments, separators, units, and what is asked for. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createDecoder,
  createEncoder,
  CsvDecoder,
  type CsvDecoderOptions,
  type TimeUnit,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { encodeAll, eventStreams } from '../../helpers/round-trip.ts';
import { hasPythonModule } from '../../helpers/python.ts';
import { containerRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Rows, which must be the same in whole, byte by byte, and whatever the file is called. */
function read(content: string, options: CsvDecoderOptions = {}): (readonly number[])[] {
  const open = (fileName: string) => createDecoder({ policy: 'strict', fileName, ...options });
  const whole = decodeAll(open('events.txt'), text(content));
  expect(digestOf(decodeAll(open('events'), text(content), [1]))).toBe(digestOf(whole));
  return Array.from(whole.t, (t, i) => [t, whole.x[i]!, whole.y[i]!, whole.p[i]!]);
}

function geometryOf(content: string): unknown {
  const decoder = createDecoder();
  decodeAll(decoder, text(content), [5]);
  expect(decoder.detection!.sniff!.geometry).toEqual(decoder.geometry ?? undefined);
  return decoder.geometry;
}

const EVENT = [[10, 3, 4, 1]];

describe('names of columns', () => {
  it.each([
    ['On/Off,X,Y,Timestamp', '1,3,4,10'],
    ['On/Off,X,Y,Timestamp', 'True,3,4,10'],
    ['x_pos,y_pos,timestamp,polarity', '3,4,10,1'],
    ['time_us,x,y,on_off', '10,3,4,1'],
    ['t (us),x,y,polarity', '10,3,4,1'],
    ['timestamp [us],x [px],y [px],pol', '10,3,4,1.0'],
    ['timestamp[µs];x;y;pol', '10;3;4;1'],
    ['TimeStamp,xPos,yPos,OnOff', '10,3,4,on'],
    ['t_s x y p', '0.00001 3 4 1'],
    ['time (s),x,y,p', '1e-5,3,4,1'],
    ['time (float s),x,y,p', '0.00001,3,4,1'],
    ['timestamp in seconds,x,y,p', '0.00001,3,4,1'],
    ['seconds\tx\ty\tp', '0.00001\t3\t4\t1'],
    ['timestamp_ns,x,y,p', '10000,3,4,1'],
    ['time-ms,x,y,p', '0.01,3,4,1'],
    ['event_t,event_x,event_y,event_p', '10,3,4,1'],
    ['x_addr,y_addr,ts,sign', '3,4,10,1'],
    ['col,row,t,is_on', '3,4,10,1'],
    ['t (us) x (px) y (px) p', '10 3 4 1'],
    ['# t (us), x, y, polarity (1=on)', '10, 3, 4, 1'],
    ['#t,x,y,p', '10,3,4,1'],
    ['# columns: x y t p', '3 4 10 1'],
    ['# format is x, y, t, p', '3 4 10 1'],
    ['% timestamp in seconds, x, y, polarity (0=off,1=on)', '0.00001 3 4 1'],
    [
      '# Format is time (float s), x, y, polarity (0=off, 1=on) as specified at http://a.b/c.html',
      '0.00001 3 4 1',
    ],
    [',t,x,y,p', '0,10,3,4,1'],
    ['camera,t,x,y,p', 'left,10,3,4,1'],
    ['\uFEFF"t","x","y","p"', '"10","3","4","1"'],
  ])('%s', (names, row) => {
    for (const end of ['\n', '\r\n', '']) expect(read(`${names}${end || '\n'}${row}${end}`)).toEqual(EVENT);
  });

  it.each([
    'a,b,c,d',
    't,x,y',
    't,x,x,p',
    't,x,y,p,timestamp',
    's,x,y,p',
    'x (m),y (m),t,p',
    'polaritx,x,y,t',
  ])('%s are none', (names) => {
    expect(() => read(`${names}\n10,3,4,1\n`)).toThrow(expect.objectContaining({ code: 'BAD_HEADER' }));
  });

  it('a micro sign of another code page is one', () => {
    const bytes = Uint8Array.from('t (\u00b5s),x,y,p\n10,3,4,1\n', (character) => character.charCodeAt(0));
    expect([...decodeAll(createDecoder({ policy: 'strict' }), bytes).t]).toEqual([10]);
  });

  it('a text in UTF-16 is told', () => {
    const units = Uint16Array.from('\uFEFFt,x,y,p\n10,3,4,1\n', (character) => character.charCodeAt(0));
    expect(() => decodeAll(createDecoder({ fileName: 'a.csv' }), new Uint8Array(units.buffer))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', message: expect.stringContaining('UTF-16') }),
    );
  });

  it('a unit that is none is asked for', () => {
    for (const name of ['t [10us]', 'time (ticks)', 't (0.1 us)']) {
      expect(() => read(`${name},x,y,p\n10,3,4,1\n`)).toThrow(
        expect.objectContaining({
          code: 'UNKNOWN_TIME_UNIT',
          message: expect.stringContaining('--time-unit'),
        }),
      );
      expect(read(`${name},x,y,p\n10,3,4,1\n`, { timeUnit: 'us' })).toEqual(EVENT);
    }
  });

  it('the option wins; the unit of a line holds where it has the times in the same column', () => {
    expect(read('t_ns,x,y,p\n10000,3,4,1\n', { columns: 't,x,y,p' })).toEqual(EVENT);
    expect(read('t_ns,x,y,p\n4,3,10,1\n', { columns: 'y,x,t,p' })).toEqual(EVENT);
    expect(read('a,b,c,d\n0.01,3,4,1\n', { columns: 't_ms,x,y,p' })).toEqual(EVENT);
    expect(read('# timestamp in seconds, x, y, p\n10000 3 4 1\n', { timeUnit: 'ns' })).toEqual(EVENT);
  });
});

describe('the size of the sensor', () => {
  const size = { width: 346, height: 260 };
  it.each([
    '346 260',
    '346,260',
    '# 346 260',
    '%geometry:346,260',
    '% geometry 346x260',
    '# Geometry: 346 x 260',
    '# sensor size: (346, 260)',
    '# resolution=346x260',
    '# width: 346, height: 260',
    '# width 346\n# height 260',
    'width,height\n346,260',
  ])('%j', (line) => {
    expect(geometryOf(`${line}\nt,x,y,p\n10,3,4,1\n`)).toEqual(size);
  });
  it.each(['# 2024', '# made on 12 11', '# 0 5', '# version 3 4 of it', '346 260.5 # no'])(
    'not %j',
    (line) => {
      expect(geometryOf(`t,x,y,p\n# ${line}\n10,3,4,1\n`)).toBeNull();
    },
  );
  it('the option wins', () => {
    const decoder = new CsvDecoder({ geometry: { width: 5, height: 5 } });
    expect(decodeAll(decoder, text('# 346 260\nt,x,y,p\n1,4,4,1\n1,5,5,1\n')).length).toBe(1);
    expect(decoder.geometry).toEqual({ width: 5, height: 5 });
  });
  it('what stands behind it in a file of OpenEB is x,y,p,t', () => {
    expect(read('%geometry:1280,720\n3,4,1,10\n639,5,0,11\n')).toEqual([...EVENT, [11, 639, 5, 0]]);
    const decoder = new CsvDecoder();
    decodeAll(decoder, text('%geometry:1280,720\n3,4,1,10\n'));
    expect(decoder.report.notes).toMatchObject([{ code: 'INFERRED_COLUMNS', option: 'columns' }]);
    expect(read('%geometry:1280,720\n10,3,4,1\n', { columns: 't,x,y,p' })).toEqual(EVENT);
    for (const row of ['10,3,4,1', '3,4,1,0.5', '1280,4,1,10', '3,4,1,10,0']) {
      expect(() => read(`%geometry:1280,720\n${row}\n`)).toThrow(
        expect.objectContaining({ code: 'BAD_HEADER' }),
      );
    }
  });
});

describe('separators', () => {
  const columns = 't,x,y,p';
  it.each([
    '10,3,4,1',
    ' 10 , 3 , 4 , 1 ',
    '10, 3, 4, 1,',
    '10;3;4;1',
    '10; 3; 4; 1',
    '10 3 4 1',
    '10\t3\t4\t1',
    '10 \t3  4\t 1\t',
    '10.0 3.0 4.0 1.0',
    '1.000000000000000000e+01 3.000000000000000000e+00 4.000000000000000000e+00 1.000000000000000000e+00',
    '10,0;3;4;1',
    '10,0;3,0;4,00;1,0',
    '10,0 3 4 1',
    '1,0e1\t3\t4\t1',
    '10,3,4,1 # the first',
  ])('%j', (row) => {
    for (const end of ['\n', '\r\n', '\n\n', ' \n']) {
      expect(read(`${row}${end}${row}${end}`, { columns, timeUnit: 'us' })).toEqual([...EVENT, ...EVENT]);
    }
  });

  it('a comma is a decimal point in the whole file, if the first line shows it', () => {
    expect(read('0;3;4;1\n0,00001;3;4;-1\n1,5;3;4;0\n', { columns, timeUnit: 's' })).toEqual([
      [0, 3, 4, 1],
      [10, 3, 4, 0],
      [1_500_000, 3, 4, 0],
    ]);
    expect(() => read('0,5,3,4,1\n', { columns })).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
  });

  const separators = fc.constantFrom(',', ';', '\t', ' ', ' \t ', ' , ', '; ');
  const orders = fc.shuffledSubarray(['t', 'x', 'y', 'p'], { minLength: 4 });
  it('any events, in any order, unit, spelling of polarity and separator, are what was written', () => {
    const streams = eventStreams({
      geometry: { width: 65_536, height: 65_536 },
      minTime: -(2 ** 53) + 1,
      maxTime: 2 ** 53 - 1,
      backward: true,
    });
    fc.assert(
      fc.property(
        streams,
        separators,
        orders,
        fc.constantFrom<TimeUnit>('s', 'ms', 'us', 'ns'),
        fc.constantFrom(['1', '0'], ['1', '-1'], ['True', 'False'], ['1.0', '0.0'], ['+1', '-1']),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (events, separator, order, timeUnit, [on, off], crlf, decimalComma, chunk) => {
          const columns = order.join(',');
          const written = new TextDecoder().decode(
            encodeAll(createEncoder('csv', { columns, timeUnit }), events),
          );
          const point = decimalComma && !separator.includes(',') ? ',' : '.';
          const lines = written.trim().split('\n').slice(1).map((line) => {
            const fields = line.split(',').map((field) => field.replace('.', point));
            const p = order.indexOf('p');
            fields[p] = fields[p] === '1' ? on! : off!;
            return fields.join(separator);
          }); // prettier-ignore
          const content = lines.map((line) => `${line}${crlf ? '\r\n' : '\n'}`).join('');
          if (content === '') return;
          const decoder = createDecoder({ policy: 'strict', columns, timeUnit });
          expect(digestOf(decodeAll(decoder, text(content), [chunk]))).toBe(digestOf(events));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the unit of the times', () => {
  const expectAsked = (
    content: string,
    value: string,
    place: string,
    options: CsvDecoderOptions = {},
  ): void => {
    for (const policy of ['strict', 'salvage'] as const) {
      for (const chunks of [[Infinity], [1], [7]]) {
        const decoder = createDecoder({ policy, ...options });
        expect(() => decodeAll(decoder, text(content), chunks)).toThrow(
          expect.objectContaining({
            code: 'UNKNOWN_TIME_UNIT',
            message: expect.stringContaining(`The time ${value} in ${place} has a fraction`),
          }),
        );
      }
    }
  };

  it('a fraction is an error that names the option, the value and the line', () => {
    expectAsked('t,x,y,p\n0.00001,3,4,1\n', '0.00001', 'line 2');
    expectAsked('# note\nt,x,y,p\n0.0,3,4,1\n\n# note\n1e-05,3,4,1\n', '1e-05', 'line 6');
    expectAsked('0 3 4 1\n0.5 3 4 1\n', '0.5', 'line 2', { columns: 't,x,y,p' });
    expectAsked('t,x,y,p\n5,3,4,1\n7.4,3,4,1\n', '7.4', 'line 3');
    expectAsked('t;x;y;p\n0,5;3;4;1', '0.5', 'line 2');
    expectAsked('t;x;y;p\n0;1;1;1\n"0,5";3;4;1', '0.5', 'line 3');
    expectAsked('timestamp,x,y,polarity\n1589163147.368868,3,4,True\n', '1589163147.368868', 'line 2');
    expect(() => read('t,x,y,p\n0.00001,3,4,1\n')).toThrow(/--time-unit s .*timeUnit: 's'/);
  });

  it('also where it comes late, and is less than half', () => {
    const whole = Array.from({ length: 10_000 }, (_, i) => `${100 * i}.000 1 2 1\n`).join('');
    const decoder = new CsvDecoder({ columns: 't,x,y,p' });
    expect(decodeAll(decoder, text(whole)).length).toBe(10_000);
    expectAsked(`${whole}1000000.001 1 2 1\n`, '1000000.001', 'line 10001', { columns: 't,x,y,p' });
  });

  it('stated, times are rounded', () => {
    expect(read('t,x,y,p\n9.6,3,4,1\n', { timeUnit: 'us' })).toEqual(EVENT);
    expect(read('t_us,x,y,p\n9.6,3,4,1\n')).toEqual(EVENT);
  });

  it('whole times with a point are microseconds, unless all of many are one', () => {
    const rows = (time: string, count: number): string => `t,x,y,p\n${`${time},3,4,1\n`.repeat(count)}`;
    expect(read(rows('10.0', 2))).toEqual([...EVENT, ...EVENT]);
    expect(read(rows('10', 50))).toHaveLength(50);
    const decoder = new CsvDecoder();
    decodeAll(decoder, text(rows('10', 50)), [100]);
    expect(decoder.report.notes).toContainEqual(
      expect.objectContaining({ code: 'ONE_TIME', option: 'timeUnit' }),
    );
    expect(read(rows('0.0', 50))).toHaveLength(50);
    expect(read(`${rows('1589163136.0', 49)}1589163264.0,3,4,1\n`)).toHaveLength(50);
    expect(() => read(rows('1589163136.0', 50))).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TIME_UNIT' }),
    );
    expect(read(rows('1589163136.0', 50), { timeUnit: 'us' })).toHaveLength(50);
  });
});

describe.skipIf(!hasPythonModule('decimal'))('the decimal numbers of Python', () => {
  const script = `
import hashlib, struct, sys
from decimal import Decimal, ROUND_HALF_EVEN, getcontext
getcontext().prec = 60
shift, digest = int(sys.argv[1]), hashlib.sha256()
for line in sys.stdin:
    t, x, y, p = line.split()
    micros = int(Decimal(t).scaleb(shift).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    digest.update(struct.pack('<qHHB', micros, int(Decimal(x)), int(Decimal(y)), float(p) > 0))
print(digest.hexdigest())
`;
  it.each([
    ['s', 6],
    ['ms', 3],
    ['us', 0],
    ['ns', -3],
  ] as const)('times in %s are the same', (timeUnit, shift) => {
    const digits = fc.stringMatching(/^[0-9]{1,12}$/);
    const wholes = fc.stringMatching(new RegExp(`^[0-9]{1,${14 - shift}}$`));
    const time = fc.tuple(fc.constantFrom('', '-'), wholes, fc.constantFrom('', '.', '.5', '.50', '.0000005', '.0000015', '.00050'), digits, fc.constantFrom('', '', 'e-2', 'E+1')); // prettier-ignore
    const lines = fc
      .sample(time, { numRuns: 3000, seed: 5 })
      .map(([sign, whole, point, more, exponent], i) => {
        const fraction = point === '' || i % 3 === 0 ? point : `${point}${more}`;
        return `${sign}${whole}${fraction}${exponent} ${i % 640} ${i % 480}.0 ${i % 2 === 0 ? '-1.0' : '+1'}\n`;
      });
    const content = lines.join('');
    const digest = execFileSync('python3', ['-c', script, String(shift)], {
      input: content,
      encoding: 'utf8',
    });
    const decoder = new CsvDecoder({ columns: 't,x,y,p', timeUnit, policy: 'strict' });
    expect(digestOf(decodeAll(decoder, text(content), [1000]))).toBe(digest.trim());
  });
});

describe('where the columns cannot be told', () => {
  const refusal = (content: string, chunks: readonly number[] = [Infinity]): string => {
    const errors = ['strict', 'salvage'].map((policy) => {
      try {
        decodeAll(createDecoder({ fileName: 'a.txt', policy: policy as 'strict' }), text(content), chunks);
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_HEADER' });
        return (error as Error).message;
      }
      throw new Error('was read');
    });
    expect(errors[0]).toBe(errors[1]);
    return errors[0]!;
  };

  it.each([
    [
      '0.003811000 96 133 0\n0.003820001 127 171 0\n',
      '0.003811000 96 133 0',
      '--format csv --columns t,x,y,p --time-unit s',
    ],
    ['a,b,c,d\n39,112,478504058,1\n', 'a,b,c,d', '--format csv --columns x,y,t,p --time-unit us'],
    ['1;50;82;1589163147,5\n', '1;50;82;1589163147,5', '--format csv --columns p,x,y,t --time-unit s'],
    ['7 100000 3 4 1 9\n', '7 100000 3 4 1 9', '--format csv --columns x,t,y,-,p,- --time-unit us'],
  ])('%j: shows the first line and what would read it', (content, line, flags) => {
    for (const chunks of [[Infinity], [1]]) {
      const message = refusal(content, chunks);
      expect(message).toContain(`The first line, "${line}"`);
      expect(message).toContain(flags);
      expect(message).toMatch(/columns: '[txyp,-]+', timeUnit: '(s|us)' in code/);
    }
    const [, columns, timeUnit] = /--columns (\S+) --time-unit (\S+)/.exec(flags)!;
    expect(read(content, { columns: columns!, timeUnit: timeUnit as TimeUnit }).length).toBeGreaterThan(0);
  });

  it('shows no control characters, and not all of a long line', () => {
    const message = refusal(`${'n'.repeat(200)}\u009b31m\u007f,b,c,d\n1,2,3,4\n`);
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(message.length).toBeLessThan(420);
  });

  it('words without numbers are no recording', () => {
    for (const content of ['once upon a time\nthere was a file\n', 'a,b,c,d\n'])
      expect(() => decodeAll(new CsvDecoder(), text(content))).toThrow(
        expect.objectContaining({ code: 'BAD_HEADER', message: expect.stringContaining('--columns') }),
      );
    expect(() => decodeAll(new CsvDecoder(), text('1,2,3\n'))).toThrow(/four columns/);
  });
});

describe('a text without one good line', () => {
  it.each([
    ['1,2,3,4\n5,6,7,8\n', 'Line 1, "1,2,3,4", has the polarity "4"'],
    ['hello\nworld\n', 'Line 2, "world", has 1 column, not 4'],
    ['1,2,3', 'Line 1, "1,2,3", has 3 columns, not 4'],
    [`${'z'.repeat(5000)}\n`, 'Line 1 is longer than 4096 bytes'],
  ])('%.20j is an error under both policies', (content, problem) => {
    const decoder = new CsvDecoder({ columns: 't,x,y,p' });
    expect(() => decodeAll(decoder, text(content), [3])).toThrow(problem);
    expect(() => decodeAll(new CsvDecoder({ columns: 't,x,y,p', policy: 'strict' }), text(content))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/CORRUPT_DATA|TRUNCATED/) }),
    );
  });

  it('but not one whose events are all outside the sensor, nor one without lines', () => {
    const decoder = new CsvDecoder({ geometry: { width: 2, height: 2 } });
    expect(decodeAll(decoder, text('t,x,y,p\n1,5,5,1\nhello\n')).length).toBe(0);
    expect(decoder.report).toMatchObject({ faultCount: 1, dropped: { 'outside-sensor': 1 } });
    expect(read('t,x,y,p\n')).toEqual([]);
  });

  it('damage in front of the first event does not tell how fields are parted', () => {
    const decoder = new CsvDecoder();
    expect([...decodeAll(decoder, text('t,x,y,p\nhello\n1 2\n10,3,4,1\n'), [2]).t]).toEqual([10]);
    expect(decoder.report.faults.map(({ byteOffset }) => byteOffset)).toEqual([8, 14]);
  });
});

describe.skipIf(!hasSharedData)('recordings decode to the reference', () => {
  it.each(containerRows('text'))('$path', (row) => {
    const [columns, unit] = row.how.split(', ');
    const options = {
      columns: columns!.replaceAll(' ', ','),
      timeUnit: unit === 'seconds' ? ('s' as const) : ('us' as const),
      policy: 'strict' as const,
    };
    for (const chunks of [[Infinity], [4093]]) {
      const decoder = createDecoder(options);
      const events = decodeAll(decoder, readShared(row.path), chunks);
      const { report } = decoder;
      expect([report.events, report.on, report.tFirst, report.tLast]).toEqual([row.events, row.on, row.tFirst, row.tLast]); // prettier-ignore
      expect(digestOf(events)).toBe(row.sha256);
      if (decoder.geometry !== null)
        expect(decoder.geometry).toEqual({ width: row.width, height: row.height });
    }
  });

  it("v2e's comments say all that is needed", () => {
    const [row] = containerRows('text').filter(({ path }) => path.includes('v2e'));
    expect(digestOf(decodeAll(createDecoder({ policy: 'strict' }), readShared(row!.path)))).toBe(row!.sha256);
  });

  it('a header of other names, and a last line without its end', () => {
    const decoder = createDecoder({ policy: 'strict' });
    const events = decodeAll(decoder, readShared('text/onoff-x-y-timestamp.csv'));
    expect([events.length, events.t[0], events.x[0], events.y[0]]).toEqual([10, 478_504_058, 82, 50]);
    expect([...events.p]).toEqual([1, 0, 0, 1, 1, 1, 1, 1, 0, 0]);
  });
});
