/** Models in other formats. */
export * from './errors.ts';
export { exportOnnx, type OnnxExportOptions } from './onnx/export-onnx.ts';
export { ONNX_OPSET, OnnxGraph, type OnnxAttribute, type OnnxNodeOptions } from './onnx/graph.ts';
export type { OnnxArrays, OnnxDtype } from './onnx/messages.ts';
