/** A copy of the tree with a Vitest in it, where mutants are put in and tested. */
import { execFileSync, fork } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '../..');
/** A test run is taken for an endless loop after this, and this many times what it takes undisturbed. */
const LIMIT_MS = 20_000;
const LIMIT_TIMES = 4;

/** Copies that are there. */
const open = new Set();
process.on('exit', () => open.forEach((copy) => copy.close()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

export class Copy {
  #isolate;
  #folder = mkdtempSync(path.join(os.tmpdir(), 'saccade-mutants-'));
  #tree = path.join(this.#folder, 'tree');
  #worker;
  /** Milliseconds that tests take without a fault, by their folders. */
  #usual = new Map();

  /** @param isolate whether every test file gets modules of its own: slower, but some replace modules. */
  constructor(isolate) {
    this.#isolate = isolate;
    open.add(this);
    const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root });
    for (const file of listed.toString().split('\0').filter(Boolean)) {
      const from = path.join(root, file);
      const to = path.join(this.#tree, file);
      mkdirSync(path.dirname(to), { recursive: true });
      if (existsSync(from)) cpSync(from, to);
    }
    cpSync(path.join(root, 'dist'), path.join(this.#tree, 'dist'), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(this.#tree, 'node_modules'));
    const shared = path.join(root, '../shared');
    if (existsSync(shared)) symlinkSync(shared, path.join(this.#folder, 'shared'));
  }

  /** Whether the tests notice: `killed`, `timeout` or `survived`. @throws Error where they fail without it. */
  async outcome(file, source, tests) {
    const key = tests.join();
    if (!this.#usual.has(key)) {
      const started = performance.now();
      const answer = await this.#ask({ tests }, Infinity);
      if (answer === null) throw new Error(`The tests in ${key} end their process.`);
      const [failed] = answer.failed;
      if (failed !== undefined) throw new Error(`Tests fail without any fault: ${failed}`);
      this.#usual.set(key, performance.now() - started);
    }
    const written = [file, path.join('dist', file.replace(/\.ts$/, '.js'))].map((name) => {
      const at = path.join(this.#tree, name);
      return { at, text: readFileSync(at, 'utf8') };
    });
    const answer = await this.#ask({ file, source, tests }, LIMIT_MS + LIMIT_TIMES * this.#usual.get(key));
    if (answer === null) {
      for (const { at, text } of written) writeFileSync(at, text);
      return 'timeout';
    }
    return answer.failed.length === 0 ? 'survived' : 'killed';
  }

  close() {
    open.delete(this);
    this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #end() {
    try {
      if (this.#worker !== undefined) process.kill(-this.#worker.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    this.#worker = undefined;
  }

  /** `null` when there is no answer in time; the worker is then gone. */
  async #ask(question, limitMs) {
    if (this.#worker === undefined) {
      const script = path.join(this.#tree, 'tools/mutants/worker.mjs');
      this.#worker = fork(script, [String(this.#isolate)], {
        cwd: this.#tree,
        // A group of its own: a mutant may leave processes behind.
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      await this.#answer(Infinity);
    }
    this.#worker.send(question);
    const answer = await this.#answer(limitMs);
    if (answer === null) {
      this.#end();
    } else if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  #answer(limitMs) {
    const worker = this.#worker;
    return new Promise((resolve) => {
      const end = (answer) => {
        clearTimeout(timer);
        worker.off('message', end).off('exit', lost);
        resolve(answer);
      };
      const lost = () => end(null);
      const timer = Number.isFinite(limitMs) ? setTimeout(lost, limitMs) : undefined;
      worker.on('message', end).on('exit', lost);
    });
  }
}

/** A source of the tree. */
export function readSource(file) {
  return readFileSync(path.join(root, file), 'utf8');
}
