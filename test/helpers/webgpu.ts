/** WebGPU without a GPU: Dawn (`npm run install:webgpu`) on the Vulkan driver that Debian's Chromium brings along. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const packages = path.resolve(import.meta.dirname, '../../tools/webgpu/node_modules');
const chromium = '/usr/lib/chromium';
const driver = path.join(chromium, 'vk_swiftshader_icd.json');

/** Whether both are there. */
export const hasWebGpu: boolean = existsSync(path.join(packages, 'webgpu')) && existsSync(driver);

/** What a process needs in its environment to find the package, the Vulkan loader and the driver. */
export function webGpuEnvironment(): Record<string, string> {
  return {
    NODE_PATH: packages,
    LD_LIBRARY_PATH: chromium,
    VK_DRIVER_FILES: driver,
    XDG_RUNTIME_DIR: temporaryFolder(),
  };
}
