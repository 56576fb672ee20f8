import { isIP } from 'node:net';
import type { Episode, Sample, Scalar, Transition } from '../model.ts';

type Document = Record<string, unknown>;

/** Severities as numbers, as those of detection rules in Elastic Security. */
const severityNumbers: Record<Episode['severity'], number> = {
  info: 1,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
};

export function ecsEvent({ severity }: Episode | Transition): Document {
  return { kind: 'alert', severity: severityNumbers[severity] };
}

/** Values of `event.type` in ECS. */
export function typeOf(from: Transition['from'], to: Transition['to']): 'start' | 'end' | 'change' {
  if (to === 'inactive') return 'end';
  return from === 'inactive' ? 'start' : 'change';
}

/** Values of `event.category` in ECS 8.11. */
const categories = new Set([
  ...['api', 'authentication', 'configuration', 'database', 'driver', 'email', 'file', 'host', 'iam'],
  ...['intrusion_detection', 'library', 'malware', 'network', 'package', 'process', 'registry', 'session'],
  ...['threat', 'vulnerability', 'web'],
]);

/** The categories of the lines. ECS has none for alerts themselves, so there is none where the lines have none. */
export function categoryOf(samples: readonly Sample[]): string[] | undefined {
  const found = unique(samples.map(({ category }) => category));
  return someOf(found.filter((one) => categories.has(one)));
}

const relatedFields = {
  hosts: ['host.name', 'host.hostname'],
  ip: ['source.ip', 'client.ip', 'host.ip', 'destination.ip'],
  user: ['user.name', 'user.id'],
};

/**
 * The addresses, hosts and users of the group and of the lines, under the names by which ECS joins them. Undefined where there is
 * none. What is no address is not among the addresses: the index takes nothing else there.
 */
export function relatedOf(by: Record<string, Scalar>, samples: readonly Sample[] = []): Document | undefined {
  const ofGroup = (fields: string[]) =>
    fields.flatMap((field) => (typeof by[field] === 'string' ? [by[field]] : []));
  const hosts = unique([...ofGroup(relatedFields.hosts), ...samples.map(({ host }) => host)]);
  const ip = unique([...ofGroup(relatedFields.ip), ...samples.map((one) => one.ip)]);
  const user = unique([...ofGroup(relatedFields.user), ...samples.map((one) => one.user)]);
  const addresses = ip.filter((text) => isIP(text) !== 0);
  if (hosts.length + addresses.length + user.length === 0) return undefined;
  return { hosts: someOf(hosts), ip: someOf(addresses), user: someOf(user) };
}

const unique = (texts: readonly (string | undefined)[]) => [
  ...new Set(texts.filter((text): text is string => text !== undefined && text !== '')),
];
const someOf = (texts: string[]) => (texts.length > 0 ? texts : undefined);

/**
 * Puts the group's fields under their own names beside the document's, as objects: a document with both `host` and
 * `host.name` would mean the same to Elasticsearch, but not to every reader. The document's own fields win.
 */
export function withFields(by: Record<string, Scalar>, document: Document): Document {
  for (const [name, value] of Object.entries(by)) place(document, name.split('.'), value);
  return document;
}

function place(into: Document, [first, ...rest]: string[], value: Scalar): void {
  if (first === undefined || first === '__proto__') return;
  if (rest.length === 0) {
    if (!Object.hasOwn(into, first)) into[first] = value;
    return;
  }
  if (!Object.hasOwn(into, first)) into[first] = {};
  const inner = into[first];
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
    place(inner as Document, rest, value);
}
