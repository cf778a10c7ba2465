/** Programs of others that tests run; Debian's are installed where that is allowed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** A browser. */
export const CHROMIUM = {
  name: 'Chromium',
  variable: 'CHROMIUM_PATH',
  files: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  debian: 'chromium',
};

/** The server of NATS. */
export const NATS_SERVER = {
  name: 'nats-server',
  variable: 'NATS_SERVER_PATH',
  files: ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'],
  debian: 'nats-server',
};

/** Where a program is, `undefined` if it is not there. The variable of the environment goes first. */
export function findProgram({ variable, files }) {
  return [process.env[variable], ...files].find((file) => file && existsSync(file));
}

/** What whoever lacks a program must do. */
export function missingProgram({ name, variable, debian }) {
  return `Tests need ${name}. On Debian or Ubuntu: sudo apt-get install ${debian}. Elsewhere set ${variable} to its path.`;
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Makes sure that a program is there; installs it as root of Debian or Ubuntu, else ends with what to do. */
export function provision(program) {
  if (!findProgram(program) && isDebian() && process.getuid?.() === 0) {
    console.log(`Installing ${program.debian} for the tests …`);
    const run = (...args) =>
      execFileSync('apt-get', args, {
        stdio: 'inherit',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    run('update', '-qq');
    run('install', '-y', '-qq', '--no-install-recommends', program.debian);
  }
  if (findProgram(program)) return;
  console.error(missingProgram(program));
  process.exit(1);
}
