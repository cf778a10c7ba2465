import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync as nodeGzip } from 'node:zlib';
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createDecoder, detectFormat, EventFormatError } from '../../src/formats/index.ts';
import { hasPythonModule, python } from '../helpers/python.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** What detection says of bytes that it refuses. */
function refusal(bytes: Uint8Array): string {
  try {
    detectFormat(bytes, { fileName: 'recording.aedat' });
  } catch (error) {
    expect(error).toBeInstanceOf(EventFormatError);
    expect(error).toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    return (error as EventFormatError).message;
  }
  throw new Error('was not refused');
}

describe('files that are not read are named, with what to do', () => {
  it.each([
    ['ROS 1', '#ROSBAG V1.2\nE\0\0\0', /old format.*rosbag fix/],
    ['MAT 7.3', 'MATLAB 7.3 MAT-file, Platform: GLNXA64', /7\.3.*HDF5/],
    ['ADΔER', 'adder\x02b', /ADΔER/],
    ['ADΔER, compressed', 'addec\x02b', /ADΔER/],
    ['Parquet', 'PAR1\x15\x04', /Parquet/],
    ['Arrow', 'ARROW1\0\0\xff\xff', /Arrow/],
    ['zstd', '\x28\xb5\x2f\xfd\x24\x00', /zstd.*Decompress/],
    ['bzip2', 'BZh91AY&SY', /bzip2/],
    ['xz', '\xfd7zXZ\0\0', /xz/],
    ['7z', '7z\xbc\xaf\x27\x1c\0\x04', /7z.*Unpack/],
    ['a page', '<!DOCTYPE html>\n<html>', /web page.*download again/],
    ['XML', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', /XML/],
    ['JSON', '{"message":"Not Found"}', /JSON/],
    ['EVT4', '% format EVT4\n', /EVT4/],
    ['no encoding', '% date 2020-01-01\n', /state the format/],
  ])('%s', (_, head, message) => {
    expect(refusal(latin1(head))).toMatch(message);
  });

  it('gzip, by whatever wrote it; its first two bytes alone may be those of an ATIS recording', () => {
    for (const bytes of [gzipSync(latin1('events')), nodeGzip(latin1('events'))])
      expect(refusal(new Uint8Array(bytes))).toMatch(/gzip/);
    const late = Uint8Array.of(0x1f, 0x8b, 8, 0xe0, 5, 2, 2, 9, 0, 9);
    expect(detectFormat(late, { fileName: 'a.bin' }).format.id).toBe('atis40');
    const atis = Uint8Array.of(0x1f, 0x8b, 0x80, 0, 5, 0x80, 2, 0, 0, 9);
    expect(detectFormat(atis, { fileName: 'a.bin' }).format.id).toBe('atis40');
    const decoder = createDecoder({ fileName: 'a.bin', geometry: { width: 304, height: 240 } });
    decoder.push(atis);
    decoder.finish();
    expect(decoder.report.events).toBe(2);
  });

  it('tar', () => {
    const head = new Uint8Array(512);
    head.set(latin1('recordings/one.aedat'));
    head.set(latin1('ustar'), 257);
    expect(refusal(head)).toMatch(/tar archive/);
  });

  it('tar without a magic word, by its checksum', () => {
    const head = new Uint8Array(512);
    head.set(latin1('one.bin'));
    head.set(latin1('0000644\x000001750\x000001750\x0000000000012\x0015303564650\x00        0'), 100);
    const sum = head.reduce((a, b) => a + b);
    head.set(latin1(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect(refusal(head)).toMatch(/tar archive/);
    head[0]!++;
    expect(() => detectFormat(head, { fileName: 'a.bin' })).toThrow(/no recording/);
  });

  it('zip archives, with their first members, whose names cannot move the cursor', () => {
    const stored = zipSync(
      { 'a/one.aedat': latin1('1234'), 'a/\u001b[2Jtwo.aedat': latin1('5'), 'three.bin': latin1('6') },
      { level: 0 },
    );
    const message = refusal(stored);
    expect(message).toMatch(/"a\/one.aedat".*two.aedat.*"three.bin".*archive.zip!a\/one.aedat/);
    expect(message).not.toContain('\u001b');
    const many = zipSync(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}.bin`, latin1('x')])));
    expect(refusal(many)).toContain('"0.bin", "1.bin", "2.bin", "3.bin", "4.bin", which');
    for (let length = 4; length < 80; length++)
      expect(refusal(stored.subarray(0, length))).toMatch(/zip archive/);
  });

  it.skipIf(!hasPythonModule('pickle'))('pickles of every protocol that is binary', () => {
    const file = path.join(temporaryFolder(), 'events.pkl');
    for (const value of ['[1, 2]', '{"t": [1]}', '"events"']) {
      for (const protocol of [2, 3, 4, 5]) {
        python(`import pickle, sys; pickle.dump(${value}, open(sys.argv[1], 'wb'), ${protocol})`, file);
        expect(refusal(new Uint8Array(readFileSync(file)))).toMatch(/pickle/);
      }
    }
  });
});
