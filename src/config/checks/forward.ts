import { isLoopback } from '../../listeners/hosts.ts';
import { type Path, type Problem, problem } from '../load/problems.ts';
import { parseHost } from '../schema/forward.ts';
import type { Config } from '../schema/schema.ts';

export function forward({ forward: target, inputs: { lumberjack } }: Config): Problem[] {
  if (!target) return [];
  const found = target.hosts.flatMap((text, index) => {
    const { host, port } = parseHost(text)!;
    if (port !== lumberjack.port || !(isLoopback(host) || host === lumberjack.host)) return [];
    const message = `${text} is logboom’s own input: events would go round for ever.`;
    return [problem(['forward', 'hosts', index], message, 'Name Logstash’s address.')];
  });
  const { certificate, key } = target.ssl ?? {};
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? 'key' : 'certificate';
    const message = `A client certificate has two parts; \`${missing}\` is missing.`;
    found.push(problem(['forward', 'ssl', missing], message, 'Name the PEM file.'));
  }
  return found;
}

/** Lengths of time that must be more than nothing. */
export function forwardLengths({ forward }: Config): [Path, number][] {
  if (!forward) return [];
  return [
    [['forward', 'timeout'], forward.timeout],
    [['forward', 'backoff', 'init'], forward.backoff.init],
  ];
}
