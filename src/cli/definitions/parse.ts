import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { processTerminal as terminal } from '../terminal.ts';

export const parseCommand = defineCommand({
  meta: {
    name: 'parse',
    description: 'Show which formats log files have, what lines become, and which are not read',
  },
  args: {
    file: {
      type: 'positional',
      valueHint: several,
      description: 'A format (optional), then log files (plain, gzip, zstd) or events written by Filebeat',
    },
    config: {
      type: 'string',
      valueHint: 'file',
      description: 'Take parsers and time zone from this configuration',
    },
    fields: {
      type: 'string',
      valueHint: 'name=value,…',
      description: 'Fields to add to plain lines, as a shipper does: event.dataset=nginx.access',
    },
    zone: { type: 'string', valueHint: 'zone', description: 'IANA time zone of lines that state none' },
    ndjson: { type: 'boolean', description: 'Print what the lines become, one document per line' },
    write: { type: 'string', valueHint: 'file', description: 'Write the documents into this file' },
    json: { type: 'boolean', description: 'Print the report as JSON' },
  },
  run: async ({ args }) => (await import('../commands/parse.ts')).parseLines(args, terminal),
});
