import path from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { playwright } from '@vitest/browser-playwright';

/** The package's own entry points, for examples in the documentation. */
const entries: Record<string, string> = {
  'saccade/operators': 'operators/index.ts',
  'saccade/datasets': 'datasets/index.ts',
  'saccade/training': 'src/training/index.ts',
  'saccade/export': 'src/export/index.ts',
  'saccade/live/metrics': 'src/live/metrics/index.ts',
  'saccade/live/client': 'src/live/client.ts',
  'saccade/live': 'src/live/index.ts',
  saccade: 'src/index.ts',
};
const alias = Object.entries(entries).map(([name, file]) => ({
  find: new RegExp(`^${name}$`),
  replacement: path.resolve(import.meta.dirname, file),
}));

const inCi = process.env['CI'] !== undefined;

const config: ViteUserConfig = defineConfig({
  resolve: { alias },
  test: {
    maxWorkers: 2,
    setupFiles: ['test/setup.ts'],
    env: inCi ? { PROPERTY_SEED: process.env['PROPERTY_SEED'] ?? '1' } : {},
    // A machine that stands still for seconds can fail a test of a real browser; a wrong program fails it twice.
    retry: inCi ? 1 : 0,
    testTimeout: 30_000,
    // Hooks start servers, browsers and builds, on machines that are busy.
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    coverage: { include: ['src/**', 'operators/**', 'datasets/**'] },
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/**/*.{browser,slow}.test.ts'] },
      },
      {
        extends: true,
        // Found before a test asks for them, which would load the page again.
        optimizeDeps: { include: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'] },
        // Cross-origin isolation: threads share their memory.
        server: {
          headers: {
            'Cross-Origin-Opener-Policy': 'same-origin',
            'Cross-Origin-Embedder-Policy': 'require-corp',
          },
        },
        test: {
          name: 'browser',
          // Archives are inflated without Node's zlib there, at every byte of a sample.
          testTimeout: 120_000,
          include: ['test/**/*.browser.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({
              launchOptions: {
                executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
                args: [
                  '--no-sandbox',
                  '--disable-background-networking',
                  // Without a GPU the driver on the processor that Chromium brings along.
                  '--enable-unsafe-webgpu',
                  '--use-webgpu-adapter=swiftshader',
                ],
              },
            }),
          },
        },
      },
    ],
  },
});

export default config;
