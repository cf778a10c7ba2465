import path from 'node:path';
import { defineConfig, type UserConfig } from 'vite';

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  base: './',
  // rxjs gives bundlers ES5 unless this condition is named.
  resolve: { conditions: ['es2015', 'module', 'browser', 'development|production'] },
  build: { outDir: path.resolve(import.meta.dirname, '../dist/web'), emptyOutDir: true, target: 'es2022' },
});

export default config;
