import { defineCommand } from 'citty';
import { processTerminal as terminal } from '../terminal.ts';
import { apiArguments, apiOf, configArgument, configOf, dataArgument } from './common.ts';

const fast = { type: 'boolean', description: 'Leave out the pauses of real time' } as const;

export const runCommand = defineCommand({
  meta: { name: 'run', description: 'Serve until SIGTERM or Ctrl-C' },
  args: { config: configArgument, data: dataArgument },
  run: async ({ args }) => {
    const { load, validConfig } = await import('../configuration.ts');
    const { run } = await import('../commands/run.ts');
    return run(validConfig(args), terminal, { load: (readFile) => load(args, readFile) });
  },
});

export const checkCommand = defineCommand({
  meta: { name: 'check', description: 'Check the configuration and report all problems' },
  args: {
    config: configArgument,
    against: {
      type: 'string',
      valueHint: 'journal',
      description:
        'Compare the rules with those of the server on its journal: `journal`, or `journal:<data folder>`',
    },
    online: {
      type: 'boolean',
      description:
        'Try what the configuration names too: Elasticsearch, Kibana, notifiers, Kafka, ports, certificates, clock, disk',
    },
  },
  run: async ({ args }) => {
    const { load } = await import('../configuration.ts');
    const { check } = await import('../commands/check.ts');
    const loaded = load(args);
    const code = check(loaded, terminal);
    if (code === 0 && args.online) {
      terminal.out('');
      return (await import('../doctor/doctor.ts')).checkOnline(loaded.config!, {}, terminal);
    }
    if (code !== 0 || args.against === undefined) return code;
    return (await import('../commands/reload-dry-run.ts')).checkAgainst(
      loaded.config!,
      args.against,
      terminal,
    );
  },
});

export const doctorCommand = defineCommand({
  meta: {
    name: 'doctor',
    description: 'Try everything that the configuration names, and say what to mend first',
  },
  args: { config: configArgument, json: { type: 'boolean', description: 'Print JSON' } },
  run: async ({ args }) =>
    (await import('../doctor/doctor.ts')).checkOnline(await configOf(args), args, terminal),
});

export const statusCommand = defineCommand({
  meta: { name: 'status', description: 'Show the state of a running logboom' },
  args: apiArguments,
  run: async ({ args }) =>
    (await import('../commands/status.ts')).status(await apiOf(args), args.json ?? false, terminal),
});

export const reloadCommand = defineCommand({
  meta: { name: 'reload', description: 'Make a running logboom reload its configuration' },
  args: {
    'dry-run': {
      type: 'boolean',
      description: 'Change nothing: compare the alerts of both sets of rules on the journal of the server',
    },
    ...apiArguments,
  },
  run: async ({ args }) =>
    args['dry-run']
      ? (await import('../commands/reload-dry-run.ts')).reloadDryRun(
          await apiOf(args),
          args.json ?? false,
          terminal,
        )
      : (await import('../commands/reload.ts')).reload(await apiOf(args), args.json ?? false, terminal),
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
      await configOf(args),
      terminal,
    ),
});

export const generateCommand = defineCommand({
  meta: {
    name: 'generate',
    description: 'Ship synthetic traffic to a Lumberjack listener, or write the lines of a scenario',
  },
  args: {
    host: { type: 'string', valueHint: 'host', default: '127.0.0.1', description: 'Host to ship to' },
    port: { type: 'string', valueHint: 'port', default: '5044', description: 'Port to ship to' },
    rate: { type: 'string', valueHint: 'n', description: 'Events per second' },
    count: { type: 'string', valueHint: 'n', description: 'Total number of events (default: until Ctrl-C)' },
    tutorial: { type: 'boolean', description: 'Ship the traffic of the tutorial instead of steady traffic' },
    fast,
    scenario: {
      type: 'string',
      valueHint: 'name or file',
      description: 'Scenario: tutorial, access-monitor, log-analyzer, shop, or a file (docs/generate.md)',
    },
    seed: { type: 'string', valueHint: 'n', description: 'Seed of a scenario, instead of its own' },
    to: { type: 'string', valueHint: 'file', description: 'File for the lines of a scenario' },
  },
  run: async ({ args }) => {
    const { scenario, ...given } = args;
    if (scenario === undefined)
      return (await import('../commands/generate.ts')).generateTraffic(args, terminal);
    return (await import('../commands/scenario.ts')).generateScenario({ ...given, scenario }, terminal);
  },
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
  run: async ({ args }) => (await import('../demo/demo.ts')).demo(args, terminal),
});
