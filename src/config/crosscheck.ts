import { parseHost } from './forward.ts';
import { didYouMean } from './nearest.ts';
import { formatPath, type Path, type Problem } from './problems.ts';
import type { Config } from './schema.ts';

const problem = (path: Path, message: string, remedy: string): Problem => ({
  path: formatPath(path),
  message,
  remedy,
});

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function openListeners({ api, store, elasticsearch }: Config): Problem[] {
  const found: Problem[] = [];
  if (!isLoopback(api.host) && api.token === undefined) {
    const message = `The API listens on ${api.host}, which other machines may reach, and asks for no token.`;
    found.push(problem(['api', 'token'], message, 'Set `api.token`, or `api.host: 127.0.0.1`.'));
  }
  if (!elasticsearch && !isLoopback(store.host) && !store.open) {
    const message = `The embedded store listens on ${store.host} and asks nobody for a password.`;
    const remedy = 'Set `store.host: 127.0.0.1`, or `store.open: true` where only trusted machines reach it.';
    found.push(problem(['store', 'host'], message, remedy));
  }
  return found;
}

function tls({ inputs: { lumberjack } }: Config): Problem[] {
  const at = (name: string) => ['inputs', 'lumberjack', name];
  const { ssl_enabled, ssl_certificate, ssl_key, ssl_client_authentication: clients } = lumberjack;
  const needed = { ssl_certificate, ssl_key };
  if (!ssl_enabled) {
    if (!ssl_certificate && !ssl_key && clients === 'none') return [];
    const message = 'TLS is set up but not switched on: senders would ship in clear text.';
    return [
      problem(at('ssl_enabled'), message, 'Set `ssl_enabled: true`, or remove the other `ssl_` settings.'),
    ];
  }
  const missing = Object.entries(needed).filter(([, path]) => !path);
  const found = missing.map(([name]) =>
    problem(at(name), `\`ssl_enabled\` is true, but \`${name}\` is missing.`, 'Name the PEM file.'),
  );
  if (clients !== 'none' && lumberjack.ssl_certificate_authorities.length === 0) {
    const message = 'Client certificates are asked for, but no authority is named to check them against.';
    found.push(problem(at('ssl_certificate_authorities'), message, 'Name the authority’s PEM file in it.'));
  }
  return found;
}

function elasticsearch({ elasticsearch: target }: Config): Problem[] {
  if (!target) return [];
  const at = (name: string) => ['elasticsearch', name];
  const found: Problem[] = [];
  const say = (name: string, message: string, remedy: string) =>
    found.push(problem(at(name), message, remedy));
  if (!target.hosts && !target.cloud_id) {
    say('hosts', 'Elasticsearch has no address.', 'Set `hosts` (or `cloud_id`), or remove the section.');
  }
  if (target.hosts && target.cloud_id) {
    say('cloud_id', 'Both `hosts` and `cloud_id` are set.', 'Keep one of them.');
  }
  if (target.password !== undefined && target.user === undefined) {
    say('user', 'A password is set without a user.', 'Set `user`, or use `api_key`.');
  }
  if (target.user !== undefined && target.password === undefined) {
    say('password', 'A user is set without a password.', 'Set `password`, or use `api_key`.');
  }
  if (target.api_key !== undefined && target.user !== undefined) {
    say('api_key', 'Both `api_key` and `user` are set.', 'Keep one of them.');
  }
  return found;
}

function forward({ forward: target, inputs: { lumberjack } }: Config): Problem[] {
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

function slack({ notifiers }: Config): Problem[] {
  return Object.entries(notifiers).flatMap(([name, notifier]) => {
    if (notifier.kind !== 'slack') return [];
    const { url, token, channel } = notifier;
    const at = (setting: string) => ['notifiers', name, setting];
    if (url !== undefined && token !== undefined) {
      return [problem(at('url'), 'Both `url` and `token` are set.', 'Keep one of them.')];
    }
    if (url !== undefined || (token !== undefined && channel !== undefined)) return [];
    if (token === undefined && channel === undefined) {
      const message = 'Slack needs an incoming webhook, or a bot token and a channel.';
      return [problem(at('url'), message, 'Set `url`, or `token` and `channel`.')];
    }
    const missing = token === undefined ? 'token' : 'channel';
    const message = `A bot posts with \`token\` and \`channel\`; \`${missing}\` is missing.`;
    return [problem(at(missing), message, `Set \`${missing}\`.`)];
  });
}

function notified({ rules, notifiers }: Config): Problem[] {
  const known = ['log', ...Object.keys(notifiers)];
  return rules.flatMap((rule, index) =>
    rule.notify.flatMap((name, place) => {
      if (known.includes(name)) return [];
      const message = `No notifier is called \`${name}\`${didYouMean(name, known)}`;
      const remedy = `Declare it under \`notifiers\`; known: ${known.map((one) => `\`${one}\``).join(', ')}.`;
      return [{ ...problem(['rules', index, 'notify', place], message, remedy), alone: true }];
    }),
  );
}

function ports({ inputs, api, store, elasticsearch: remote }: Config): Problem[] {
  const listeners: [Path, number][] = [
    [['inputs', 'lumberjack', 'port'], inputs.lumberjack.port],
    [['api', 'port'], api.port],
    ...(remote ? [] : [[['store', 'port'], store.port] as [Path, number]]),
  ];
  return listeners.flatMap(([path, port], index) => {
    const first = listeners.slice(0, index).find(([, other]) => other === port && port !== 0);
    if (!first) return [];
    const message = `Port ${port} is also that of \`${formatPath(first[0])}\`.`;
    return [problem(path, message, 'Give each listener a port of its own; 0 takes a free one.')];
  });
}

/** A timer of no length would spin, and a timeout of none would refuse everything. */
function positive(config: Config): Problem[] {
  const { lumberjack } = config.inputs;
  const lengths: [Path, number][] = [
    [['inputs', 'lumberjack', 'heartbeat'], lumberjack.heartbeat],
    [['inputs', 'lumberjack', 'windowTimeout'], lumberjack.windowTimeout],
    [['inputs', 'lumberjack', 'ssl_handshake_timeout'], lumberjack.ssl_handshake_timeout],
    [['journal', 'tick'], config.journal.tick],
    [['journal', 'maxSize'], config.journal.maxSize],
    [['indexing', 'retryInitial'], config.indexing.retryInitial],
    [['shutdown', 'timeout'], config.shutdown.timeout],
    ...forwardLengths(config),
  ];
  return lengths
    .filter(([, length]) => length === 0)
    .map(([path]) => problem(path, 'This must be more than nothing.', 'Write a larger value.'));
}

function forwardLengths({ forward }: Config): [Path, number][] {
  if (!forward) return [];
  return [
    [['forward', 'timeout'], forward.timeout],
    [['forward', 'backoff', 'init'], forward.backoff.init],
  ];
}

function zone({ time }: Config): Problem[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: time.zone });
    return [];
  } catch {
    const remedy = 'Write a name of the IANA database, such as `Europe/Berlin` or `UTC`.';
    return [problem(['time', 'zone'], `\`${time.zone}\` is no time zone.`, remedy)];
  }
}

/** What no single setting can tell. Each check is independent, so that all problems are found at once. */
export const crossChecks = [
  openListeners,
  tls,
  elasticsearch,
  forward,
  slack,
  notified,
  ports,
  positive,
  zone,
];
