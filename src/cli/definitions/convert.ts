import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { processTerminal as terminal } from '../terminal.ts';

export const convertCommand = defineCommand({
  meta: { name: 'convert', description: 'Convert rules of another product: elastalert' },
  args: {
    from: { type: 'positional', description: 'elastalert: rules of ElastAlert 2 (YAML)' },
    file: { type: 'positional', valueHint: several, description: 'Files with a rule each' },
    write: { type: 'string', valueHint: 'file', description: 'Write the configuration into this file' },
  },
  run: async ({ args }) => (await import('../commands/convert.ts')).convert(args._, args, terminal),
});
