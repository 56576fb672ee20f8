import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { configArgument, dataArgument, processTerminal as terminal } from '../terminal.ts';

// Commands are imported when they run: they load the engine, which `--help` does not need.

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
    fields: {
      type: 'string',
      valueHint: 'name=value,…',
      description: 'Fields to add to plain lines, as a shipper does: event.dataset=nginx.access',
    },
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
      valueHint: several,
      description: 'YAML files with tests, such as examples/rules/*.test.yml',
    },
    json: { type: 'boolean', description: 'Print the results as JSON' },
  },
  run: async ({ args }) =>
    (await import('../commands/test-rules.ts')).testRules(args._, args.json ?? false, terminal),
});

export const explainCommand = defineCommand({
  meta: {
    name: 'explain',
    description: 'Show from the journal why an alert fired, or why a rule did or did not',
  },
  args: {
    alert: { type: 'positional', description: 'ID of an alert; with --at the name of a rule' },
    at: { type: 'string', valueHint: 'time', description: 'Time to explain, such as 2026-11-21T13:45:00Z' },
    group: { type: 'string', valueHint: 'group', description: 'Group to explain, if the rule has several' },
    config: configArgument,
    data: dataArgument,
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: async ({ args }) => (await import('../commands/explain.ts')).explainAlert(args, terminal),
});

export const scoreCommand = defineCommand({
  meta: { name: 'score', description: 'Show precision, recall and delay of rules over labelled incidents' },
  args: {
    rules: {
      type: 'positional',
      required: false,
      description: 'A logboom.yml, or a file with `rules:` only',
    },
    seeds: { type: 'string', valueHint: 'n,…', description: 'Seeds of the days to generate (default: 1,2)' },
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: async ({ args }) => (await import('../commands/test-rules.ts')).scoreRules(args, terminal),
});
