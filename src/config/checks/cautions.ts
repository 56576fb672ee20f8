import { accessSync, constants, statSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { isLoopback } from '../../listeners/guard.ts';
import { withoutCredentials } from '../../util/text.ts';
import { parseHost } from '../schema/forward.ts';
import type { Config } from '../schema/schema.ts';
import { openListeners } from './listeners.ts';

/** Returns the mode of a path; undefined where the path does not exist or the system has no modes (Windows). */
export type ModeOf = (path: string) => number | undefined;

const modeOnDisk: ModeOf = (path) => {
  if (process.platform === 'win32') return undefined;
  return statSync(path, { throwIfNoEntry: false })?.mode;
};

const octal = (mode: number) => `0${(mode & 0o777).toString(8)}`;

function looseFolder({ data }: Config, modeOf: ModeOf): string[] {
  const mode = modeOf(data);
  if (mode === undefined || (mode & 0o077) === 0) return [];
  return [
    `Other users can read the data folder ${data} (${octal(mode)}), which holds all received events. Run: chmod 700 ${data}`,
  ];
}

/** Container platforms mount secrets readable for all users; a container has no other users. */
const isMounted = (path: string) => /^(\/var)?\/run\//.test(path);

function looseFiles(paths: readonly string[], modeOf: ModeOf): string[] {
  return [...new Set(paths)].flatMap((path) => {
    const mode = modeOf(path);
    if (mode === undefined || (mode & 0o004) === 0 || isMounted(path)) return [];
    return [`Every user can read ${path} (${octal(mode)}), which holds a secret. Run: chmod 600 ${path}`];
  });
}

/** The inputs that may speak TLS, by their path in the configuration. */
const secured = ({ network }: Config['inputs']) =>
  Object.fromEntries(
    network.flatMap((input) => ('ssl_enabled' in input ? [[`inputs[${input.place}]`, input] as const] : [])),
  );

function keysOf({ inputs, api, store }: Config): string[] {
  return [inputs.lumberjack, ...Object.values(secured(inputs)), api, store].flatMap(
    ({ ssl_key }) => ssl_key ?? [],
  );
}

function elasticsearch({ elasticsearch: target }: Config): string[] {
  if (!target) return [];
  const warnings: string[] = [];
  const clear = target.hosts?.filter((host) => host.startsWith('http:') && !isLoopback(nameIn(host))) ?? [];
  if (clear.length > 0)
    warnings.push(
      `Documents${(target.password ?? target.api_key) ? ' and credentials' : ''} travel to ${withoutCredentials(clear.join(', '))} in clear text. Use https unless the network is trusted.`,
    );
  if (target.ssl_verification_mode === 'none')
    warnings.push(
      '`elasticsearch.ssl_verification_mode: none` accepts every server certificate. Set the authority in `ssl_certificate_authorities` or `ca_trusted_fingerprint`.',
    );
  return warnings;
}

function forwarding({ forward }: Config): string[] {
  if (!forward) return [];
  const warnings: string[] = [];
  const remote = forward.hosts.filter((text) => !isLoopback(parseHost(text)!.host));
  if (remote.length > 0 && !forward.ssl?.enabled)
    warnings.push(
      `Events travel to ${remote.join(', ')} in clear text. Set \`forward.ssl\` unless the network is trusted.`,
    );
  if (forward.ssl?.enabled && forward.ssl.verification_mode === 'none')
    warnings.push(
      '`forward.ssl.verification_mode: none` accepts every server certificate. Set the authority in `certificate_authorities`.',
    );
  return warnings;
}

function settling({ time: { settle } }: Config): string[] {
  return settle === 0
    ? []
    : [
        '`time.settle` is deprecated: late events correct rules of all kinds (`time.correctFor`), and after each new connection it only makes windows close later. Remove it.',
      ];
}

const nameIn = (address: string) => new URL(address).hostname.replace(/^\[|\]$/g, '');

/** Certificates and keys that this process cannot read. logboom would not start with them. */
export function unreadableFiles({ inputs, api, store, elasticsearch, forward, kibana }: Config): string[] {
  const named: [setting: string, path: string | undefined][] = [];
  const listeners = { 'inputs.lumberjack': inputs.lumberjack, ...secured(inputs), api, store };
  for (const [name, { ssl_certificate, ssl_key }] of Object.entries(listeners))
    named.push([`${name}.ssl_certificate`, ssl_certificate], [`${name}.ssl_key`, ssl_key]);
  for (const [name, target] of Object.entries({ ...listeners, elasticsearch, kibana }))
    for (const path of target?.ssl_certificate_authorities ?? [])
      named.push([`${name}.ssl_certificate_authorities`, path]);
  const { certificate, key, certificate_authorities = [] } = forward?.ssl ?? {};
  named.push(['forward.ssl.certificate', certificate], ['forward.ssl.key', key]);
  for (const path of certificate_authorities) named.push(['forward.ssl.certificate_authorities', path]);
  return named.flatMap(([setting, path]) => {
    const fault = path === undefined ? undefined : readFault(path);
    return fault === undefined ? [] : [`\`${setting}\` names ${path}, which cannot be read (${fault}).`];
  });
}

function readFault(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? messageOf(error);
  }
}

/** Warnings about settings that are allowed but risky or of no use any more. `secretFiles` are the files that secrets were read from. */
export function cautions(
  config: Config,
  secretFiles: readonly string[] = [],
  modeOf: ModeOf = modeOnDisk,
): string[] {
  return [
    ...openListeners(config),
    ...elasticsearch(config),
    ...forwarding(config),
    ...settling(config),
    ...looseFolder(config, modeOf),
    ...looseFiles([...keysOf(config), ...secretFiles], modeOf),
  ];
}
