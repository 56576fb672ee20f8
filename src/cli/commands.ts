import { type ArgsDef, type CommandDef, defineCommand } from 'citty';
import { sourceOf } from './api-source.ts';
import { addressFrom } from './arguments.ts';
import { check } from './commands/check.ts';
import { demo } from './commands/demo.ts';
import { generateTraffic } from './commands/generate.ts';
import { reload } from './commands/reload.ts';
import { run } from './commands/run.ts';
import { status } from './commands/status.ts';
import { type ConfigArguments, configArgument, dataArgument, load, validConfig } from './configuration.ts';
import { processTerminal as terminal } from './terminal.ts';

const fast = { type: 'boolean', description: 'Leave out the pauses of real time' } as const;

const runCommand = defineCommand({
  meta: { name: 'run', description: 'Serve until SIGTERM or Ctrl-C' },
  args: { config: configArgument, data: dataArgument },
  run: ({ args }) => run(validConfig(args), terminal, { load: () => load(args) }),
});

const checkCommand = defineCommand({
  meta: { name: 'check', description: 'Check the configuration: all problems at once' },
  args: { config: configArgument },
  run: ({ args }) => check(load(args), terminal),
});

const askingArguments = {
  config: configArgument,
  url: {
    type: 'string',
    valueHint: 'url',
    description: 'Address of its API, instead of the configured one',
  },
  token: { type: 'string', valueHint: 'token', description: 'Bearer token, instead of the configured one' },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

function askedServer(args: ConfigArguments & Partial<Record<'url' | 'token', string | undefined>>) {
  const configured = args.url === undefined ? sourceOf(validConfig(args)) : { url: addressFrom(args.url) };
  return { ...configured, ...(args.token && { token: args.token }) };
}

const statusCommand = defineCommand({
  meta: { name: 'status', description: 'Ask a running logboom how it is' },
  args: askingArguments,
  run: ({ args }) => status(askedServer(args), args.json ?? false, terminal),
});

const reloadCommand = defineCommand({
  meta: { name: 'reload', description: 'Let a running logboom take up its changed configuration' },
  args: askingArguments,
  run: ({ args }) => reload(askedServer(args), args.json ?? false, terminal),
});

const generateCommand = defineCommand({
  meta: { name: 'generate', description: 'Ship synthetic traffic to a Lumberjack listener' },
  args: {
    host: { type: 'string', valueHint: 'host', default: '127.0.0.1', description: 'Host to ship to' },
    port: { type: 'string', valueHint: 'port', default: '5044', description: 'Port to ship to' },
    rate: { type: 'string', valueHint: 'n', description: 'Events a second' },
    count: { type: 'string', valueHint: 'n', description: 'Events in all; without it until Ctrl-C' },
    tutorial: { type: 'boolean', description: 'The tutorial’s traffic instead of an endless one' },
    fast,
  },
  run: ({ args }) => generateTraffic(args, terminal),
});

const demoCommand = defineCommand({
  meta: { name: 'demo', description: 'The tutorial: logboom, its store and synthetic traffic, explained' },
  args: {
    fast,
    once: { type: 'boolean', description: 'End after the traffic instead of waiting for Ctrl-C' },
    data: { ...dataArgument, description: 'Data folder to keep; without it a fresh one that is removed' },
  },
  run: ({ args }) => demo(args, terminal),
});

/** The value hint of a last argument that stands for all the rest of the line. */
export const several = 'several';

const backtestCommand = defineCommand({
  meta: { name: 'backtest', description: 'Tell what rules would have done, from logs of the past' },
  args: {
    rules: { type: 'positional', description: 'A logboom.yml, or a file that has no more than `rules:`' },
    input: {
      type: 'positional',
      valueHint: several,
      description:
        'Log files (plain, gzip, zstd), events that Filebeat wrote (output.file), or journal:<data folder>',
    },
    fields: {
      type: 'string',
      valueHint: 'name=value,…',
      description: 'Fields of plain lines, as a shipper would add them: event.dataset=nginx.access',
    },
    from: {
      type: 'string',
      valueHint: 'time',
      description: 'Begin of the stretch of a journal, as received',
    },
    to: { type: 'string', valueHint: 'time', description: 'End of that stretch' },
    log: { type: 'boolean', description: 'Print the transition log alone: a JSON object a line' },
    json: { type: 'boolean', description: 'Print the whole report as JSON' },
  },
  run: async ({ args }) => (await import('./commands/backtest.ts')).backtestRules(args, terminal),
});

const testRulesCommand = defineCommand({
  meta: {
    name: 'test-rules',
    description: 'Run tests of rules: events, and the transitions that they must cause',
  },
  args: {
    file: {
      type: 'positional',
      valueHint: several,
      description: 'YAML files of tests: examples/rules/*.test.yml',
    },
    json: { type: 'boolean', description: 'Print the results as JSON' },
  },
  run: async ({ args }) =>
    (await import('./commands/test-rules.ts')).testRules(args._, args.json ?? false, terminal),
});

const explainCommand = defineCommand({
  meta: {
    name: 'explain',
    description: 'Why an alert fired, or why a rule did or did not, from the journal',
  },
  args: {
    alert: { type: 'positional', description: 'The id of an alert; with --at the name of a rule' },
    at: { type: 'string', valueHint: 'time', description: 'The time in question: 2026-11-21T13:45:00Z' },
    group: { type: 'string', valueHint: 'group', description: 'The group, where the rule has several' },
    config: configArgument,
    data: dataArgument,
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: async ({ args }) => (await import('./commands/explain.ts')).explainAlert(args, terminal),
});

const scoreCommand = defineCommand({
  meta: { name: 'score', description: 'Precision, recall and delay of rules over labelled incidents' },
  args: {
    rules: {
      type: 'positional',
      required: false,
      description: 'A logboom.yml, or a file that has no more than `rules:`',
    },
    seeds: { type: 'string', valueHint: 'n,…', description: 'Days to play, by their seeds (default: 1,2)' },
    json: { type: 'boolean', description: 'Print JSON' },
  },
  run: async ({ args }) => (await import('./commands/score.ts')).scoreRules(args, terminal),
});

const setupCommand = defineCommand({
  meta: {
    name: 'setup',
    description: 'Install templates and lifecycle in Elasticsearch, and name the rights that are missing',
  },
  args: {
    config: configArgument,
    url: {
      type: 'string',
      valueHint: 'url',
      description: 'Address of Elasticsearch, instead of the configured one',
    },
    'dry-run': {
      type: 'boolean',
      description: 'Print the requests, as Kibana’s console takes them; change nothing',
    },
    overwrite: { type: 'boolean', description: 'Replace what was changed since, too' },
  },
  run: async ({ args }) => (await import('./commands/setup.ts')).setup(validConfig(args), args, terminal),
});

const deadLettersCommand = defineCommand({
  meta: {
    name: 'dead-letters',
    description: 'Documents that Elasticsearch refused for good: list, show, retry, drop',
  },
  args: {
    action: { type: 'positional', description: 'list, show, retry or drop' },
    id: { type: 'positional', required: false, valueHint: several, description: 'Ids of documents' },
    index: {
      type: 'string',
      valueHint: 'pattern',
      description: 'Meant for this index; * stands for anything',
    },
    reason: { type: 'string', valueHint: 'text', description: 'With this in their reason' },
    since: { type: 'string', valueHint: 'time', description: 'Refused since: 2026-11-21T13:45:00Z' },
    all: { type: 'boolean', description: 'All of them (retry, drop)' },
    config: configArgument,
    data: dataArgument,
    token: { type: 'string', valueHint: 'token', description: 'Bearer token, instead of the configured one' },
    json: { type: 'boolean', description: 'Print JSON; a list as one object a line' },
  },
  run: async ({ args }) => {
    const { _: _words, action, id: _id, ...given } = args;
    const ids = args._.slice(1);
    return (await import('./commands/dead-letters.ts')).deadLetters(
      { ...given, action: action ?? '', ids },
      terminal,
    );
  },
});

const kibanaCommand = defineCommand({
  meta: { name: 'kibana', description: 'Dashboards, data views, searches and rules for Kibana' },
  args: {
    action: {
      type: 'positional',
      valueHint: 'import|check|export',
      description: 'Put them into Kibana, say what is missing there, or print the file that its page imports',
    },
    config: configArgument,
    url: {
      type: 'string',
      valueHint: 'url',
      description: 'Address of Kibana, instead of the configured one',
    },
    space: { type: 'string', valueHint: 'space', description: 'Kibana space' },
    'api-key': { type: 'string', valueHint: 'key', description: 'API key, instead of the configured login' },
    events: {
      type: 'string',
      valueHint: 'pattern',
      description: 'Indices of events, where they are no data streams: filebeat-*',
    },
    overwrite: { type: 'boolean', description: 'Replace what is there already' },
    rules: { type: 'boolean', default: true, description: 'Kibana’s own rules and connectors, too' },
  },
  run: async ({ args }) =>
    (await import('./commands/kibana.ts')).kibana(args.action ?? '', validConfig(args), args, terminal),
});

/** A command of any arguments; citty's own type for a table of them. */
export type Command = CommandDef<ArgsDef>;

/** All commands by name. */
export const commands = {
  run: runCommand,
  check: checkCommand,
  status: statusCommand,
  reload: reloadCommand,
  generate: generateCommand,
  demo: demoCommand,
  backtest: backtestCommand,
  'test-rules': testRulesCommand,
  explain: explainCommand,
  score: scoreCommand,
  'dead-letters': deadLettersCommand,
  setup: setupCommand,
  kibana: kibanaCommand,
} as unknown as Record<string, Command>;
