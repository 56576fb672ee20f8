import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { processTerminal as terminal } from '../terminal.ts';
import { configArgument, dataArgument, ofFiles } from './common.ts';

export const reportCommand = defineCommand({
  meta: {
    name: 'report',
    description: 'Summarise log files, or what a server received: figures, top lists, new messages, alerts',
  },
  args: {
    file: {
      type: 'positional',
      required: false,
      valueHint: several,
      description:
        'Log files (plain, gzip, zstd) or events written by Filebeat; none: what the server received',
    },
    from: {
      type: 'string',
      valueHint: 'time',
      description: 'Start, by event time, such as 2026-11-21T13:00:00Z',
    },
    to: {
      type: 'string',
      valueHint: 'time',
      description: 'End (default: now; of files: after the last event)',
    },
    format: {
      type: 'string',
      valueHint: 'text|markdown|html|json',
      description: 'Form of the report (default: text, or as --write ends)',
    },
    write: {
      type: 'string',
      valueHint: 'file',
      description: 'Write it into this file (.md, .html, .json, .txt)',
    },
    query: { type: 'string', valueHint: 'KQL', description: 'Only events that match' },
    errors: {
      type: 'string',
      valueHint: 'KQL',
      description: 'Which events are errors (default: status 500 or more, or level error or worse)',
    },
    top: { type: 'string', valueHint: 'number', description: 'Rows of a list (default: 10)' },
    source: {
      type: 'string',
      valueHint: 'auto|journal|elasticsearch',
      description:
        'Where events of the server are read (default: the journal where it reaches back far enough)',
    },
    index: { type: 'string', valueHint: 'pattern', description: 'Indices with events (default: logs-*)' },
    ...ofFiles,
    zone: {
      type: 'string',
      valueHint: 'zone',
      description: 'IANA zone of times in the report (default: UTC)',
    },
    config: configArgument,
    data: dataArgument,
  },
  run: async ({ args }) => (await import('../commands/report.ts')).report(args, terminal),
});
