import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument } from '../../config/load/document.ts';
import { formatProblem, type Path, problem } from '../../config/load/problems.ts';
import { LogboomError } from '../../errors.ts';
import { packageFile } from '../../util/files.ts';
import type { Output } from '../outputs/output.ts';
import { type OutputConfig, type Scenario, scenario } from './schema.ts';

const shipped = packageFile('examples/scenarios');

/** Names of the scenarios that come with logboom. */
export const shippedScenarios = (): string[] =>
  readdirSync(shipped)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -4))
    .sort();

/** Reads a scenario by its path, or one that comes with logboom by its name. Throws `USAGE` with all problems. */
export function loadScenario(name: string): Scenario {
  const isPath = name.includes('/') || name.includes('.');
  const path = isPath ? name : join(shipped, `${name}.yml`);
  if (!existsSync(path)) {
    const known = shippedScenarios().join(', ');
    throw new LogboomError('USAGE', `There is no scenario ${name}. Name a file, or one of ${known}.`);
  }
  return parseScenario(readFileSync(path, 'utf8'), path);
}

export function parseScenario(text: string, path: string): Scenario {
  const document = readDocument(text);
  const parsed = scenario.safeParse(document.tree);
  const found = [
    ...document.problems,
    ...(parsed.error?.issues ?? []).map((issue) => ({
      ...problem(issue.path as Path, `${issue.message}.`, 'docs/generate.md describes scenarios.'),
      ...document.locate(issue.path as Path),
    })),
  ];
  if (parsed.data !== undefined && found.length === 0) return parsed.data;
  const listed = found.map((one) => formatProblem(one, path)).join('\n\n');
  throw new LogboomError('USAGE', `${path} is not a valid scenario:\n\n${listed}`);
}

/** Opens the output. `onListening` gets the port of one that listens. */
export async function openOutput(config: OutputConfig, onListening: (port: number) => void): Promise<Output> {
  const sockets = () => import('../outputs/sockets.ts');
  const shippers = () => import('../outputs/shippers.ts');
  switch (config.kind) {
    case 'file':
      return new (await import('../outputs/file.ts')).FileOutput(config);
    case 'stdout':
      return new (await sockets()).StreamOutput(process.stdout, 'standard output');
    case 'tcp': {
      const { asLines, connected } = await sockets();
      return connected(config, asLines);
    }
    case 'tcp-server':
      return (await sockets()).ServerOutput.listen(config, onListening);
    case 'udp': {
      const { asDatagrams, DatagramOutput } = await sockets();
      return new DatagramOutput(config, asDatagrams);
    }
    case 'syslog': {
      const { asCountedSyslog, asSyslogDatagrams, connected, DatagramOutput } = await sockets();
      return config.protocol === 'udp'
        ? new DatagramOutput(config, asSyslogDatagrams)
        : connected(config, asCountedSyslog);
    }
    case 'http':
      return new (await shippers()).HttpOutput(config.url, config.as);
    case 'lumberjack':
      return (await shippers()).LumberjackOutput.connect(config);
    case 'kafka':
      return (await shippers()).KafkaOutput.connect(config.brokers, config.topic);
  }
}
