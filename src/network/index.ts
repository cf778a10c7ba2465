/** Networks: description, layers, MFP neuron maths, folding and the model file. */
export * from './architectures/index.ts';
export * from './description.ts';
export * from './errors.ts';
export * from './fold-network.ts';
export * from './graph.ts';
export * from './layers/index.ts';
export * from './model-file-error.ts';
export * from './model-file.ts';
export * from './model.ts';
export * from './neuron/fixed-point.ts';
export * from './neuron/folding.ts';
export * from './neuron/lif.ts';
export * from './neuron/m-tau.ts';
export * from './random-model.ts';
export * from './random-network.ts';
export * from './safetensors.ts';
export * from './tensor.ts';
