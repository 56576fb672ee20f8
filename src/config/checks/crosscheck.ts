import { didYouMean } from '../../util/did-you-mean.ts';
import { isZone } from '../../util/zone.ts';
import { type Path, type Problem, problem } from '../load/problems.ts';
import { parserNames } from '../schema/parsers.ts';
import { notifierProblem, recipientProblem } from '../schema/routing.ts';
import type { Config } from '../schema/schema.ts';
import { destination, forward, forwardLengths, names, patterns } from './destination.ts';
import { clearText, exposed, ports, tls } from './listeners.ts';

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

function sniffed({ elasticsearch: target }: Config): Problem[] {
  if (!target?.sniffing || (target.proxy === undefined && target.cloud_id === undefined)) return [];
  const message = 'A proxy cannot reach the node addresses that a cluster reports.';
  return [problem(['elasticsearch', 'sniffing'], message, 'Remove `sniffing`.')];
}

/** User and password belong together. */
function users({ store, inputs }: Config): Problem[] {
  const listed = inputs.network.flatMap((input) =>
    input.kind === 'http' || input.kind === 'kafka' ? [input] : [],
  );
  const listeners: [Path, { user?: string | undefined; password?: string | undefined }][] = [
    [['store'], store],
    ...listed.map((input): [Path, typeof input] => [['inputs', input.place], input]),
  ];
  return listeners.flatMap(([path, { user, password }]) => {
    if ((user === undefined) === (password === undefined)) return [];
    const missing = user === undefined ? 'user' : 'password';
    const message = `Authentication needs \`user\` and \`password\`; \`${missing}\` is missing.`;
    return [problem([...path, missing], message, `Set \`${missing}\`, or use \`api_key\`.`)];
  });
}

/** TLS settings of the clients that read topics. */
function kafkaTls({ inputs }: Config): Problem[] {
  return inputs.network.flatMap((input) => {
    if (input.kind !== 'kafka') return [];
    const { place, ssl_enabled, ssl_certificate, ssl_key, ssl_certificate_authorities: authorities } = input;
    const isSet = ssl_certificate !== undefined || ssl_key !== undefined || authorities.length > 0;
    if (!ssl_enabled && isSet) {
      const message = 'TLS is configured but not enabled: everything would travel in clear text.';
      return [problem(['inputs', place, 'ssl_enabled'], message, 'Set `ssl_enabled: true`.')];
    }
    if ((ssl_certificate === undefined) === (ssl_key === undefined)) return [];
    const missing = ssl_key === undefined ? 'ssl_key' : 'ssl_certificate';
    const message = `A client certificate needs its key; \`${missing}\` is missing.`;
    return [problem(['inputs', place, missing], message, 'Set the path of the PEM file.')];
  });
}

function notified({ rules, notifiers, selfMonitoring }: Config): Problem[] {
  const unknown = (names: readonly string[], at: Path) =>
    names.flatMap((name, place) => {
      const wrong = notifierProblem(name, notifiers);
      return wrong ? [{ ...problem([...at, place], wrong.message, wrong.remedy), alone: true }] : [];
    });
  return [
    ...rules.flatMap(({ notify }, index) => unknown(notify, ['rules', index, 'notify'])),
    ...unknown(selfMonitoring.notify ?? [], ['selfMonitoring', 'notify']),
  ];
}

function recipients({ rules, people }: Config): Problem[] {
  return rules.flatMap((rule, index) =>
    rule.recipients.flatMap((name, place) => {
      const wrong = recipientProblem(name, people);
      const at = ['rules', index, 'recipients', place];
      return wrong ? [{ ...problem(at, wrong.message, wrong.remedy), alone: true }] : [];
    }),
  );
}

/** Values that must not be 0: a timer of length 0 would never rest, and a timeout of 0 would refuse everything. */
function positive(config: Config): Problem[] {
  const { lumberjack } = config.inputs;
  const lengths: [Path, number][] = [
    [['inputs', 'lumberjack', 'heartbeat'], lumberjack.heartbeat],
    [['inputs', 'lumberjack', 'windowTimeout'], lumberjack.windowTimeout],
    [['inputs', 'lumberjack', 'ssl_handshake_timeout'], lumberjack.ssl_handshake_timeout],
    [['journal', 'tick'], config.journal.tick],
    [['journal', 'maxSize'], config.journal.maxSize],
    [['indexing', 'retryInitial'], config.indexing.retryInitial],
    [['indexing', 'retention', 'every'], config.indexing.retention.every],
    [['elasticsearch', 'timeout'], config.elasticsearch?.timeout ?? 1],
    ...Object.entries(config.notifiers).flatMap(([name, notifier]) =>
      !('timeout' in notifier)
        ? []
        : [
            [['notifiers', name, 'timeout'], notifier.timeout] as [Path, number],
            [['notifiers', name, 'giveUpAfter'], notifier.giveUpAfter] as [Path, number],
          ],
    ),
    [['deadLetters', 'maxSize'], config.deadLetters.maxSize],
    [['selfMonitoring', 'every'], config.selfMonitoring.every],
    [['reload', 'every'], config.reload.every],
    [['shutdown', 'timeout'], config.shutdown.timeout],
    ...forwardLengths(config),
  ];
  return lengths
    .filter(([, length]) => length === 0)
    .map(([path]) => problem(path, 'This must be greater than 0.', 'Write a larger value.'));
}

function zone({ time }: Config): Problem[] {
  if (isZone(time.zone)) return [];
  const remedy = 'Write an IANA time zone name, such as `Europe/Berlin` or `UTC`.';
  return [problem(['time', 'zone'], `\`${time.zone}\` is not a time zone.`, remedy)];
}

/** Checks that need several settings. Each check is independent, so that one run finds all problems. */
export const crossChecks = [
  exposed,
  clearText,
  tls,
  elasticsearch,
  sniffed,
  destination,
  names,
  patterns,
  users,
  kafkaTls,
  forward,
  formats,
  notified,
  recipients,
  ports,
  positive,
  zone,
];

/** Names of parsers that neither logboom nor `parsers.formats` has. */
function formats({ parsers, inputs }: Config): Problem[] {
  const known = [...parserNames, ...Object.keys(parsers.formats)];
  const unknown = (name: string, at: Path): Problem[] => {
    if (known.includes(name)) return [];
    const message = `There is no parser \`${name}\`${didYouMean(name, known) || '.'}`;
    return [
      problem(
        at,
        message,
        'Name one of the formats in docs/formats.md, or define it under `parsers.formats`.',
      ),
    ];
  };
  return [
    ...[...inputs.files, ...inputs.network].flatMap(({ parser, place }) =>
      parser === undefined ? [] : unknown(parser, ['inputs', place, 'parser']),
    ),
    ...unknown(parsers.default, ['parsers', 'default']),
    ...Object.entries(parsers.byDataset).flatMap(([dataset, name]) =>
      unknown(name, ['parsers', 'byDataset', dataset]),
    ),
  ];
}
