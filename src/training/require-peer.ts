/** The packages that only training with TensorFlow.js needs: whoever uses the training engine need not install them. */
import { nodeBuiltin } from '../events/node-builtin.ts';
import { TrainingError } from './errors.ts';

/** By the versions that this room is written for; package.json asks for the same. */
const VERSIONS = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow/tfjs-backend-webgpu': '4.22.0',
  '@tensorflow/tfjs-node': '4.22.0',
  webgpu: '0.6.2',
} as const;

/** An optional package. */
export type PeerName = keyof typeof VERSIONS;

/** What `wasm`, the backend that runs everywhere, needs. */
const USUAL: readonly PeerName[] = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];

const provided = new Map<string, unknown>();

/** Node's `require`, as far as it is used. */
export interface PackageFinder {
  (name: string): unknown;
  /** Path of a file of a package. */
  resolve(name: string): string;
}

interface NodeModules {
  createRequire(url: string): PackageFinder;
}

/** Finds packages by name; there is none in a page. */
export const nodeRequire: PackageFinder | undefined = nodeBuiltin<NodeModules>('node:module')?.createRequire(
  import.meta.url,
);

/**
 * Hands over optional packages, by name. A page must, as nothing finds packages by name there and bundlers follow imports only;
 * in Node it is for packages that do not lie where saccade can find them.
 *
 * @param packages what `import * as` gives of each. Those that were handed over before stay.
 *
 * @example
 * ```ts
 * import * as tfjs from '@tensorflow/tfjs';
 * import { providePeers, tf } from 'saccade/training';
 * providePeers({ '@tensorflow/tfjs': tfjs });
 * console.log(tf.version.tfjs); // 4.22.0
 * ```
 */
export function providePeers(packages: Readonly<Partial<Record<PeerName, object>>>): void {
  for (const [name, own] of Object.entries(packages)) provided.set(name, own);
}

/** How to install packages. */
function installCommand(packages: readonly PeerName[]): string {
  return `npm install ${packages.map((name) => `${name}@${VERSIONS[name]}`).join(' ')}`;
}

/**
 * Loads an optional peer dependency.
 *
 * @param needed all that the backend in hand needs.
 * @throws {@link TrainingError} `NOT_INSTALLED`, with the command that installs what is missing.
 */
export function requirePeer<Module>(name: PeerName, needed: readonly PeerName[] = USUAL): Module {
  if (provided.has(name)) return provided.get(name) as Module;
  if (nodeRequire === undefined) {
    throw new TrainingError(
      'NOT_INSTALLED',
      `Training with TensorFlow.js needs ${name}, which nothing finds by its name here: import it and hand it over with providePeers({ '${name}': … }).`,
    );
  }
  try {
    return nodeRequire(name) as Module;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw cause;
    throw new TrainingError(
      'NOT_INSTALLED',
      `Training with TensorFlow.js needs ${name}, which is not installed. Run \`${installCommand(needed)}\`.`,
      { cause },
    );
  }
}
