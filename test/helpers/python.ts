/** Python with NumPy, where it is installed. */
import { execFileSync } from 'node:child_process';

/** Runs a script and returns what it printed. */
export type Python = (script: string, ...args: readonly string[]) => string;

/** Of Debian, `python3` may be another beside it, without its packages. */
const INTERPRETERS = ['python3', '/usr/bin/python3'];

/** The first interpreter that can import all these modules; `null` where there is none. */
export function pythonWith(...modules: readonly string[]): Python | null {
  const interpreter = INTERPRETERS.find((name) => canImport(name, modules));
  if (interpreter === undefined) return null;
  return (script, ...args) => execFileSync(interpreter, ['-c', script, ...args], { encoding: 'utf8' });
}

function canImport(interpreter: string, modules: readonly string[]): boolean {
  try {
    execFileSync(interpreter, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a script and returns what it printed. */
export function python(script: string, ...args: readonly string[]): string {
  return execFileSync('python3', ['-c', script, ...args], { encoding: 'utf8' });
}

/** Whether python3 can import a module. */
export function hasPythonModule(name: string): boolean {
  return canImport('python3', [name]);
}
