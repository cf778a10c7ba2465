/** Suites that take minutes, each an npm script of its own. */
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: { include: ['test/**/*.slow.test.ts'], testTimeout: 3_600_000 },
});

export default config;
