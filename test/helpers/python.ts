/** Python with NumPy, where it is installed. */
import { execFileSync } from 'node:child_process';

/** Runs a script and returns what it printed. */
export function python(script: string, ...args: readonly string[]): string {
  return execFileSync('python3', ['-c', script, ...args], { encoding: 'utf8' });
}

/** Whether python3 can import a module. */
export function hasPythonModule(name: string): boolean {
  try {
    execFileSync('python3', ['-c', `import ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
