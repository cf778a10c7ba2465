/**
 * TensorFlow.js on WebGPU: of a page or worker that has it, in Node that of the package `webgpu` (Dawn). Nothing may be read
 * synchronously from this backend, and a fault of the device shows nowhere but in its events: results are zeros then.
 */
import type { KernelBackend } from '@tensorflow/tfjs';
import { TrainingError } from '../errors.ts';
import { requirePeer, type PeerName } from '../require-peer.ts';
import { tf } from '../tf.ts';

/** What of `@tensorflow/tfjs-backend-webgpu` is used. */
interface BackendModule {
  readonly WebGPUBackend: new (device: GPUDevice, info: GPUAdapterInfo) => KernelBackend;
}

/** What of `webgpu` is used. */
interface DawnModule {
  /** The constants that a page has, such as `GPUBufferUsage`. */
  readonly globals: Readonly<Record<string, unknown>>;
  create(options: readonly string[]): GPU;
}

/** A device with the backend on it. */
export interface WebGpuDevice {
  /** The adapter, for people. */
  readonly adapter: string;
  /** @throws TrainingError `DEVICE_FAILED` where the device has reported a fault: nothing that came from it counts. */
  verify(): void;
}

const NAME = 'webgpu';
const PEERS: readonly PeerName[] = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu'];
const NODE_PEERS: readonly PeerName[] = [...PEERS, 'webgpu'];
/** Above that of other backends, as TensorFlow.js has it. */
const PRIORITY = 3;

/** As large as the adapter has them: what is asked for without them is less than layers need. */
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** Dawn's instance must outlive its devices. */
let ownGpu: GPU | undefined;
let current: Device | undefined;

/** @throws TrainingError if Dawn is not installed or does not load, as where the system's libraries are too old. */
function dawn(): DawnModule {
  try {
    return requirePeer<DawnModule>('webgpu', NODE_PEERS);
  } catch (cause) {
    if (cause instanceof TrainingError) throw cause;
    const [why] = (cause as Error).message.split('\n');
    throw unavailable(`the package webgpu does not load (${why!})`);
  }
}

function gpuOf(): GPU {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: GPU } };
  if (navigator?.gpu !== undefined) return navigator.gpu;
  const module = dawn();
  Object.assign(globalThis, module.globals);
  ownGpu ??= module.create([]);
  // The backend looks for it there.
  const descriptor = { value: ownGpu, configurable: true, enumerable: true };
  if (navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: ownGpu }, configurable: true });
  } else Object.defineProperty(navigator, 'gpu', descriptor);
  return ownGpu;
}

class Device implements WebGpuDevice {
  readonly adapter: string;
  #fault: string | null = null;

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    const { description, device: model, architecture, vendor, isFallbackAdapter } = info;
    const name = [description, model, architecture, vendor].find((text) => text !== '') ?? 'unnamed';
    this.adapter = isFallbackAdapter ? `${name} (software on the processor, no GPU: slow)` : name;
    device.addEventListener('uncapturederror', (event) => {
      // Said by `verify`, and not on the console.
      event.preventDefault();
      this.#fault ??= event.error.message;
    });
    void device.lost.then(({ message, reason }) => {
      this.#fault ??= `it was lost: ${message || reason}`;
    });
  }

  get failed(): boolean {
    return this.#fault !== null;
  }

  verify(): void {
    if (this.#fault === null) return;
    throw new TrainingError(
      'DEVICE_FAILED',
      `WebGPU device ${this.adapter} failed: ${this.#fault.split('\n')[0]!} A smaller --batch may fit; the training engine (--backend engine) needs no device.`,
    );
  }
}

/**
 * Starts the backend, on a device that it shares with whoever started it before.
 *
 * @throws TrainingError `NOT_INSTALLED`, or `BACKEND_UNAVAILABLE` where there is no adapter.
 */
export async function startWebGpu(): Promise<WebGpuDevice> {
  const isPage = (globalThis as { readonly navigator?: { readonly gpu?: GPU } }).navigator?.gpu !== undefined;
  const needed = isPage ? PEERS : NODE_PEERS;
  requirePeer('@tensorflow/tfjs', needed);
  const gpu = gpuOf();
  const { WebGPUBackend } = requirePeer<BackendModule>('@tensorflow/tfjs-backend-webgpu', needed);
  if (current === undefined || current.failed) {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) throw unavailable('there is no adapter (in Node a Vulkan, Metal or D3D12 driver)');
    const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
    const device = await adapter.requestDevice({ requiredLimits });
    current = new Device(device, adapter.info);
    tf.removeBackend(NAME);
    tf.registerBackend(NAME, () => new WebGPUBackend(device, adapter.info), PRIORITY);
  }
  if (!(await tf.setBackend(NAME))) throw unavailable('TensorFlow.js does not start on it');
  await tf.ready();
  return current;
}

function unavailable(why: string): TrainingError {
  return new TrainingError('BACKEND_UNAVAILABLE', `WebGPU does not start: ${why}. The training engine runs.`);
}
