/** Suites that take minutes, each an npm script of its own. */
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.slow.test.ts'],
    testTimeout: 3_600_000,
    // As the others: see vitest.config.ts.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});

export default config;
