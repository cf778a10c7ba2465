/** The packages that only training with TensorFlow.js needs: whoever uses the training engine need not install them. */
import { createRequire } from 'node:module';
import { TrainingError } from './errors.ts';

const require = createRequire(import.meta.url);

/** The version that the WebAssembly kernels of this room are written for; package.json asks for the same. */
const TFJS_VERSION = '4.22.0';

/**
 * Loads an optional peer dependency.
 *
 * @throws {@link TrainingError} `NOT_INSTALLED`, with the command that installs what is missing.
 */
export function requirePeer<Module>(name: string): Module {
  try {
    return require(name) as Module;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw cause;
    const packages = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
    throw new TrainingError(
      'NOT_INSTALLED',
      `This needs TensorFlow.js, and ${name} is not installed. Run \`npm install ${packages.map((peer) => `${peer}@${TFJS_VERSION}`).join(' ')}\`.`,
      { cause },
    );
  }
}
