import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LineOutput } from '../../../src/cli/serve/line-output.ts';
import { ServerProblems } from '../../../src/live/index.ts';

const codes = (problems: ServerProblems): string[] => problems.list.map(({ code }) => code);

describe('lines of a service', () => {
  it('to a file that cannot be written are lost, said once, and go on when it can', () => {
    const problems = new ServerProblems();
    let full = true;
    const written: string[] = [];
    const output = new LineOutput({
      name: 'log',
      fd: 2,
      problems,
      isFile: true,
      write: (text) => {
        if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        written.push(text);
      },
    });
    output.print('a');
    output.print('b');
    expect(problems.list).toMatchObject([{ code: 'log-unwritable', count: 2 }]);
    expect(problems.list[0]!.text).toContain('ENOSPC');
    full = false;
    output.print('c');
    expect(written).toEqual(['c\n']);
    expect(problems.list).toEqual([]);
  });

  it('to a reader that does not read are left out above a bound, until he does', async () => {
    const problems = new ServerProblems();
    let go = (): void => undefined;
    const stream = new Writable({ write: (_chunk, _encoding, done) => (go = done) });
    const output = new LineOutput({ name: 'stdout', fd: 1, problems, isFile: false, stream });
    const line = 'x'.repeat(100_000);
    for (let i = 0; i < 100; i++) output.print(line);
    expect(stream.writableLength).toBeLessThan(1.3e6);
    expect(codes(problems)).toEqual(['stdout-stuck']);
    expect(output.isFlushed).toBe(false);
    while (stream.writableLength > 0) {
      go();
      await new Promise((resolve) => setImmediate(resolve));
    }
    output.print('again');
    expect(codes(problems)).toEqual([]);
  });

  it('to a reader that is gone are not written any more', () => {
    const problems = new ServerProblems();
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const output = new LineOutput({ name: 'stdout', fd: 1, problems, isFile: false, stream });
    output.close();
    output.close();
    output.print('x');
    expect(problems.list).toMatchObject([{ code: 'stdout-closed', count: 1 }]);
    expect(output.isFlushed).toBe(true);
  });
});
