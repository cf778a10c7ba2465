/** Makes sure that there is a Chromium for the browser tests; installs Debian's where it may. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';

const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const found = () => candidates.find((path) => path && existsSync(path));

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

if (!found() && isDebian() && process.getuid?.() === 0) {
  console.log('Installing chromium for the browser tests …');
  const run = (...args) =>
    execFileSync('apt-get', args, {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  run('update', '-qq');
  run('install', '-y', '-qq', '--no-install-recommends', 'chromium');
}
if (!found()) {
  console.error(
    'The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install chromium. Elsewhere set CHROMIUM_PATH.',
  );
  process.exit(1);
}
