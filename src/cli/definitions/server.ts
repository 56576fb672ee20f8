import { defineCommand } from 'citty';
import { check } from '../commands/check.ts';
import { demo } from '../commands/demo.ts';
import { generateTraffic } from '../commands/generate.ts';
import { reload } from '../commands/reload.ts';
import { run } from '../commands/run.ts';
import { status } from '../commands/status.ts';
import {
  apiArguments,
  apiOf,
  configArgument,
  dataArgument,
  load,
  processTerminal as terminal,
  validConfig,
} from '../terminal.ts';

const fast = { type: 'boolean', description: 'Leave out the pauses of real time' } as const;

export const runCommand = defineCommand({
  meta: { name: 'run', description: 'Serve until SIGTERM or Ctrl-C' },
  args: { config: configArgument, data: dataArgument },
  run: ({ args }) => run(validConfig(args), terminal, { load: () => load(args) }),
});

export const checkCommand = defineCommand({
  meta: { name: 'check', description: 'Check the configuration and report all problems' },
  args: { config: configArgument },
  run: ({ args }) => check(load(args), terminal),
});

export const statusCommand = defineCommand({
  meta: { name: 'status', description: 'Show the state of a running logboom' },
  args: apiArguments,
  run: ({ args }) => status(apiOf(args), args.json ?? false, terminal),
});

export const reloadCommand = defineCommand({
  meta: { name: 'reload', description: 'Make a running logboom reload its configuration' },
  args: apiArguments,
  run: ({ args }) => reload(apiOf(args), args.json ?? false, terminal),
});

export const notifyCommand = defineCommand({
  meta: {
    name: 'notify',
    description: 'Send a test message with a notifier and print the answer of its server',
  },
  args: {
    action: { type: 'positional', description: 'test' },
    name: { type: 'positional', description: 'Name of the notifier' },
    config: configArgument,
  },
  run: async ({ args }) =>
    (await import('../commands/notify.ts')).notify(
      args.action ?? '',
      args.name ?? '',
      validConfig(args),
      terminal,
    ),
});

export const generateCommand = defineCommand({
  meta: { name: 'generate', description: 'Ship synthetic traffic to a Lumberjack listener' },
  args: {
    host: { type: 'string', valueHint: 'host', default: '127.0.0.1', description: 'Host to ship to' },
    port: { type: 'string', valueHint: 'port', default: '5044', description: 'Port to ship to' },
    rate: { type: 'string', valueHint: 'n', description: 'Events per second' },
    count: { type: 'string', valueHint: 'n', description: 'Total number of events (default: until Ctrl-C)' },
    tutorial: { type: 'boolean', description: 'Ship the traffic of the tutorial instead of steady traffic' },
    fast,
  },
  run: ({ args }) => generateTraffic(args, terminal),
});

export const demoCommand = defineCommand({
  meta: {
    name: 'demo',
    description: 'Run the tutorial: logboom with its embedded store and synthetic traffic',
  },
  args: {
    fast,
    once: { type: 'boolean', description: 'Stop after the traffic instead of at Ctrl-C' },
    data: { ...dataArgument, description: 'Data folder to keep (default: a new one that is removed)' },
  },
  run: ({ args }) => demo(args, terminal),
});
