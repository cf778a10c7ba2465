import { expect, it } from 'vitest';
import { jsonLog } from '../../src/cli/json-log.ts';
import { SaccadeError } from '../../src/events/index.ts';

function written(least: string): unknown[] {
  const lines: string[] = [];
  const log = jsonLog(least, (line) => lines.push(line));
  log.info({ camera: 'a' }, 'came');
  log.warn({}, 'odd');
  log.error({ error: new SaccadeError('BROKEN', 'It broke.') }, 'failed');
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
  return lines.map((line) => JSON.parse(line) as unknown);
}

it('writes a line of JSON an entry, errors with what they say', () => {
  const [came, odd, failed] = written('info');
  expect(came).toMatchObject({ level: 30, pid: process.pid, camera: 'a', msg: 'came' });
  expect(odd).toMatchObject({ level: 40, msg: 'odd' });
  const error = {
    type: 'SaccadeError',
    code: 'BROKEN',
    message: 'It broke.',
    stack: expect.stringContaining('json-log'),
  };
  expect(failed).toMatchObject({ level: 50, error, msg: 'failed' });
});

it('leaves out what is below its level', () => {
  expect(written('warn')).toHaveLength(2);
  expect(written('error')).toHaveLength(1);
  expect(written('silent')).toHaveLength(0);
  expect(() => jsonLog('loud')).toThrow('must be one of trace, debug, info, warn, error, fatal, silent');
});
