import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/events/index.ts';
import { closeCodeOf, decodingOf, describeError, toBytes } from '../../../src/live/ingest/camera-messages.ts';
import { ProtocolError } from '../../../src/live/index.ts';

const hello = { type: 'hello', camera: 'c', sensor: null, payload: 'raw', policy: 'pause' } as const;

describe('how a hello says that bytes are read', () => {
  it('is what it states, and nothing else', () => {
    expect(decodingOf(hello)).toEqual({});
    const decoding = { format: 'csv', columns: 'x,y,t,p', timeUnit: 's', flipY: undefined } as const;
    const options = decodingOf({ ...hello, sensor: { width: 4, height: 2 }, fileName: 'a.txt', decoding });
    expect(options).toStrictEqual({
      format: 'csv',
      columns: 'x,y,t,p',
      timeUnit: 's',
      fileName: 'a.txt',
      geometry: { width: 4, height: 2 },
    });
  });
});

describe('what is told of an error', () => {
  it('is its code and message; of a fault of the server only that there is one', () => {
    expect(describeError(new ProtocolError('BAD_MAGIC', 0, 'No.'))).toEqual({
      code: 'BAD_MAGIC',
      message: 'No. (byte 0)',
    });
    expect(describeError(new TypeError('secret')).message).not.toContain('secret');
    expect(closeCodeOf(new TypeError('secret'))).toBe(1011);
    expect(closeCodeOf(new OptionError('columns', 'are wrong'))).toBe(1007);
    expect(closeCodeOf(new ProtocolError('CAMERA_TAKEN', null, 'Taken.'))).toBe(4409);
  });
});

describe('the bytes of a message', () => {
  it.each([
    [Buffer.from([1, 2, 3])],
    [Uint8Array.of(1, 2, 3).buffer],
    [[Buffer.from([1]), Buffer.from([2, 3])]],
  ])('are those of %o', (data) => {
    expect([...toBytes(data)]).toEqual([1, 2, 3]);
  });
});
