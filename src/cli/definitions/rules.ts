import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { processTerminal as terminal } from '../terminal.ts';
import { configArgument, dataArgument, ofFiles } from './common.ts';

export const backtestCommand = defineCommand({
  meta: { name: 'backtest', description: 'Show what rules would have done on logs of the past' },
  args: {
    rules: { type: 'positional', description: 'A logboom.yml, or a file with `rules:` only' },
    input: {
      type: 'positional',
      valueHint: several,
      description:
        'Log files (plain, gzip, zstd), events written by Filebeat (output.file), or journal:<data folder>',
    },
    ...ofFiles,
    from: {
      type: 'string',
      valueHint: 'time',
      description: 'Start of a part of a journal, by receipt time',
    },
    to: { type: 'string', valueHint: 'time', description: 'End of that part' },
    'assume-times': {
      type: 'boolean',
      description: 'Count lines of files without a readable time as of now, instead of leaving them out',
    },
    log: { type: 'boolean', description: 'Print only the transition log, one JSON object per line' },
    json: { type: 'boolean', description: 'Print the report as JSON' },
  },
  run: async ({ args }) => (await import('../commands/backtest.ts')).backtestRules(args, terminal),
});

export const testRulesCommand = defineCommand({
  meta: {
    name: 'test-rules',
    description: 'Run tests of rules: events and the expected transitions',
  },
  args: {
    file: {
      type: 'positional',
      required: false,
      valueHint: several,
      description: 'YAML files with tests, such as examples/rules/*.test.yml',
    },
    from: {
      type: 'string',
      valueHint: 'capsule',
      description: 'Run a capsule as a test, by its own rules or by those of the file',
    },
    json: { type: 'boolean', description: 'Print the results as JSON' },
  },
  run: async ({ args }) => (await import('../commands/test-rules.ts')).testRules(args._, args, terminal),
});

export const explainCommand = defineCommand({
  meta: {
    name: 'explain',
    description: 'Show from the journal why an alert fired, or why a rule did or did not',
  },
  args: {
    alert: { type: 'positional', required: false, description: 'ID of an alert, or the name of a rule' },
    at: { type: 'string', valueHint: 'time', description: 'Time to explain, such as 2026-11-21T13:45:00Z' },
    group: { type: 'string', valueHint: 'group', description: 'Group to explain, if the rule has several' },
    event: {
      type: 'string',
      valueHint: 'id',
      description: 'ID of the document of an event: what each rule made of it',
    },
    config: configArgument,
    data: dataArgument,
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: async ({ args }) => (await import('../commands/explain/explain.ts')).explainAlert(args, terminal),
});

export const scoreCommand = defineCommand({
  meta: { name: 'score', description: 'Show precision, recall and delay of rules over labelled incidents' },
  args: {
    rules: {
      type: 'positional',
      required: false,
      description: 'A logboom.yml, or a file with `rules:` only',
    },
    journal: {
      type: 'boolean',
      description:
        'Score on the journal by the verdicts of people, instead: present rules, and those of the file',
    },
    config: configArgument,
    data: dataArgument,
    seeds: { type: 'string', valueHint: 'n,…', description: 'Seeds of the days to generate (default: 1,2)' },
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: async ({ args }) =>
    args.journal
      ? (await import('../commands/verdict-score.ts')).scoreJournal(args, terminal)
      : (await import('../commands/test-rules.ts')).scoreRules(args, terminal),
});

export const capsuleCommand = defineCommand({
  meta: {
    name: 'capsule',
    description: 'Write an alert with its events and rules to one file that replays it',
  },
  args: {
    alert: { type: 'positional', description: 'ID of the alert' },
    output: { type: 'string', valueHint: 'file', description: 'File to write; `.gz` compresses it' },
    'mask-addresses': {
      type: 'boolean',
      description: 'Replace IP and e-mail addresses, too. Secrets are always masked',
    },
    config: configArgument,
    data: dataArgument,
  },
  run: async ({ args }) => (await import('../commands/capsule.ts')).capsule(args, terminal),
});

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
      description: 'Take parsers, processors, inputs and time zone from this configuration',
    },
    ...ofFiles,
    zone: { type: 'string', valueHint: 'zone', description: 'IANA time zone of lines that state none' },
    ndjson: { type: 'boolean', description: 'Print what the lines become, one document per line' },
    write: { type: 'string', valueHint: 'file', description: 'Write the documents into this file' },
    json: { type: 'boolean', description: 'Print the report as JSON' },
  },
  run: async ({ args }) => (await import('../commands/parse.ts')).parseLines(args, terminal),
});
