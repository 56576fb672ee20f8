import { isLoopback } from '../../listeners/hosts.ts';
import { type Path, type Problem, problem } from '../load/problems.ts';
import { parseHost } from '../schema/forward.ts';
import type { Config } from '../schema/schema.ts';

export function forward({ forward: target, inputs: { lumberjack } }: Config): Problem[] {
  if (!target) return [];
  const found = target.hosts.flatMap((text, index) => {
    const { host, port } = parseHost(text)!;
    if (port !== lumberjack.port || !(isLoopback(host) || host === lumberjack.host)) return [];
    const message = `${text} is the Lumberjack input of logboom itself: events would loop.`;
    return [problem(['forward', 'hosts', index], message, 'Set the address of Logstash.')];
  });
  const { certificate, key } = target.ssl ?? {};
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? 'key' : 'certificate';
    const message = `A client certificate needs \`certificate\` and \`key\`; \`${missing}\` is missing.`;
    found.push(problem(['forward', 'ssl', missing], message, 'Set the path of the PEM file.'));
  }
  return found;
}

/** Durations that must be greater than 0. */
export function forwardLengths({ forward }: Config): [Path, number][] {
  if (!forward) return [];
  return [
    [['forward', 'timeout'], forward.timeout],
    [['forward', 'backoff', 'init'], forward.backoff.init],
  ];
}
