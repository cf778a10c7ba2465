import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LIMIT_LISTS } from '../../src/cli/limit-lists.ts';
import { limitVariable } from '../../src/cli/limit-options.ts';
import { TOKEN_VARIABLE } from '../../src/cli/access-options.ts';
import { serveCommand } from '../../src/cli/commands/serve.ts';

const root = path.join(import.meta.dirname, '../..');
const files = readdirSync(path.join(root, 'deploy'), { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => [entry.name, readFileSync(path.join(root, 'deploy', entry.name), 'utf8')] as const);
const read = (name: string): string => files.find(([file]) => file === name)![1];

/** Flags of other programs that the files name. */
const FOREIGN = new Set([
  '--from',
  '--global',
  '--build',
  '--ignore-scripts',
  '--interval',
  '--timeout',
  '--start-period',
]);
const SERVE = new Set(serveCommand().options.map(({ long }) => long));
/** Variables that the command reads, and those that only these files have. */
const VARIABLES = new Set([
  TOKEN_VARIABLE,
  ...LIMIT_LISTS.flatMap(({ limits }) => Object.keys(limits)).map(limitVariable),
  ...serveCommand().options.flatMap(({ envVar = [] }) => envVar),
  'SACCADE_DOMAIN',
  'SACCADE_UPSTREAM',
]);

it.each(files)('%s names flags, variables and paths that there are', (_name, text) => {
  const flags = text.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [];
  expect(flags.filter((flag) => !SERVE.has(flag) && !FOREIGN.has(flag) && flag !== '--model')).toEqual([]);
  const variables = text.match(/\bSACCADE_[A-Z_]+/g) ?? [];
  expect(variables.filter((name) => !VARIABLES.has(name))).toEqual([]);
});

it('the image is made of what is in the repository', () => {
  const docker = read('Dockerfile');
  const copied = [...docker.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  );
  for (const name of copied) expect(existsSync(path.join(root, name)), name).toBe(true);
  const built = [...docker.matchAll(/^COPY --from=build (.*) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  );
  expect(
    built
      .map((name) => name.replace('/src/', ''))
      .filter((name) => !/^(dist\/(cli|web)|models|LICENSE|package\.json)$/.test(name)),
  ).toEqual([]);
  expect(docker).toMatch(/^USER node$/m);
  expect(docker).toMatch(/npm ci/);
  const health = /healthz/.exec(docker);
  expect(health).not.toBeNull();
});

it('proxies pass on upgrades and the host, and no page asks for the metrics', () => {
  const nginx = read('nginx.conf');
  expect(nginx).toMatch(/proxy_set_header Upgrade \$http_upgrade;/);
  expect(nginx).toMatch(/proxy_set_header Host \$host;/);
  expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;/);
  expect(nginx.split('{').length).toBe(nginx.split('}').length);
});
