/**
 * Fields for plain values that senders write where ECS has an object: Filebeat 5 and 6, Fluent Bit, scripts. An index in which
 * the field is an object would refuse the event.
 */
export const leaves: Readonly<Record<string, string>> = {
  agent: 'agent.name',
  client: 'client.address',
  error: 'error.message',
  event: 'event.action',
  file: 'file.path',
  host: 'host.name',
  log: 'message',
  process: 'process.name',
  server: 'server.address',
  service: 'service.name',
  source: 'source.address',
  trace: 'trace.id',
  url: 'url.original',
  user: 'user.name',
  user_agent: 'user_agent.original',
};

/** Objects without a field for a plain value: the value becomes a label. */
const others = [
  ...[
    'beat',
    'cloud',
    'container',
    'data_stream',
    'destination',
    'device',
    'dns',
    'docker',
    'ecs',
    'email',
    'fields',
  ],
  ...[
    'fileset',
    'geo',
    'group',
    'http',
    'input',
    'json',
    'kubernetes',
    'labels',
    'network',
    'observer',
    'orchestrator',
  ],
  ...[
    'organization',
    'os',
    'package',
    'prospector',
    'registry',
    'related',
    'rule',
    'span',
    'threat',
    'tls',
    'transaction',
  ],
  ...['vlan', 'volume', 'vulnerability'],
];

/** Names of top-level fields that are objects. */
export const objectRoots: readonly string[] = [...Object.keys(leaves), ...others];
export const roots = new Set(objectRoots);

/** One bit for the length of each name, by its first byte: rules out nearly all keys. */
export const rootLengths = new Int32Array(256);
for (const name of objectRoots) rootLengths[name.charCodeAt(0)]! |= 1 << (name.length & 31);
