/** `saccade datasets`. */
import process from 'node:process';
import { Command } from 'commander';
import { datasetDefinition, datasetDefinitions } from '../../../datasets/index.ts';
import { infoText, listText } from '../datasets/catalogue-text.ts';
import { downloadCommand } from '../datasets/download-command.ts';
import { verifyCommand } from '../datasets/verify-command.ts';

function listCommand(): Command {
  return new Command('list')
    .description('Lists the data sets that saccade knows.')
    .option('--json', 'print one JSON array')
    .action(({ json }: { readonly json?: boolean }) => {
      const described = datasetDefinitions.map(({ id, title, sensor, images = null, about }) => ({
        ...{ id, title, sensor, images },
        ...about,
      }));
      process.stdout.write(json ? `${JSON.stringify(described)}\n` : listText(datasetDefinitions));
    });
}

function infoCommand(): Command {
  return new Command('info')
    .description(
      'Says what is known of a data set: classes, licence, citation, splits, files with their hashes.',
    )
    .argument('<name>', 'as `saccade datasets list` has it')
    .option('--json', 'print one JSON object')
    .action((name: string, { json }: { readonly json?: boolean }) => {
      const definition = datasetDefinition(name);
      const { id, title, sensor, images = null, decoding, convention, splits, about } = definition;
      const described = {
        ...{ id, title, sensor, images, format: images?.codec ?? decoding.format ?? null, convention },
        splits: splits.map(({ name: split, summary }) => ({ name: split, summary })),
        ...about,
      };
      process.stdout.write(json ? `${JSON.stringify(described)}\n` : infoText(definition));
    });
}

/** Registers `saccade datasets`. */
export function datasetsCommand(): Command {
  return new Command('datasets')
    .description('What is known of data sets, and how they come to this machine whole.')
    .addCommand(listCommand())
    .addCommand(infoCommand())
    .addCommand(downloadCommand())
    .addCommand(verifyCommand());
}
