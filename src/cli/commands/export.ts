/** `saccade export`. */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { Command } from 'commander';
import { ONNX_OPSET, exportOnnx } from '../../export/index.ts';
import { ruleName } from '../../network/index.ts';
import { loadAnyModel } from '../load-model.ts';
import { addModeOption, requireMode, type ModeFlags } from '../mode-option.ts';

interface ExportFlags extends ModeFlags {
  readonly onnx: string;
  readonly spikes: boolean;
}

async function exportModel(file: string, flags: ExportFlags): Promise<void> {
  const { onnx, mode, spikes } = flags;
  const model = await loadAnyModel(file);
  requireMode(model, flags);
  const bytes = exportOnnx(model, { mode, spikes });
  await writeFile(onnx, bytes);
  const { steps, input, classes } = model.network;
  const outputs = [`logits [${steps},${classes.length}]`, ...(spikes ? model.neuronLayers : [])];
  process.stdout.write(
    `${onnx}: ${bytes.length.toLocaleString('en')} bytes, ONNX operators ${ONNX_OPSET}, ${ruleName(model, mode)}\n` +
      `  input   counts [${steps},${input.channels},${input.height},${input.width}], float32: one clip\n` +
      `  outputs ${outputs.join(', ')}\n`,
  );
}

/** Registers `saccade export`. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'Writes the network as ONNX, operator set 13, with the T time steps of a clip in the place of the batch. Every value is an integer below 2^24 in float32, so onnxruntime gives the same spikes and logits as saccade, bit for bit.',
    )
    .argument('<model>', 'model file')
    .requiredOption('--onnx <file>', 'where to write');
  return addModeOption(command)
    .option('--no-spikes', 'logits only, not the spikes of each neuron layer')
    .addHelpText(
      'after',
      `
Input "counts": the frames of one clip, ON and OFF counts as float32 [T, 2, height, width]. Output "logits":
[T, classes]; the decision is the largest sum over T. Spikes: [T, channels, height, width], 0 or 1.

Examples:
  saccade export models/nmnist.safetensors --onnx nmnist.onnx
  saccade export models/nmnist.safetensors --onnx nmnist-eq9.onnx --mode eq9 --no-spikes

The model file itself needs no export for Python:
  from safetensors import safe_open
  with safe_open("models/nmnist.safetensors", "np") as f:
      print(f.metadata()["network"], {name: f.get_tensor(name).shape for name in f.keys()})`,
    )
    .action(exportModel);
}
