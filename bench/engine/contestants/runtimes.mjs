/** The runtimes of this folder's own lockfile. */
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web/wasm';

web.env.wasm.numThreads = 1;
web.env.logLevel = 'error';

export { node, web };
