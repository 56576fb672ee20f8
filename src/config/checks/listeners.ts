import { isLoopback } from '../../listeners/hosts.ts';
import type { TlsSettings } from '../../listeners/tls.ts';
import { formatPath, type Path, type Problem, problem } from '../load/problems.ts';
import type { Config } from '../schema/schema.ts';

/** A socket that logboom listens on. */
interface Listener extends TlsSettings {
  /** Its section of the configuration. */
  path: Path;
  host: string;
  port: number;
  open: boolean;
  /** What is told in clear text without TLS. */
  says: string;
  /** Whether a client must show who it is; undefined for Lumberjack, which knows no other way than certificates. */
  authenticates?: boolean;
  /** How to have it ask. */
  remedy?: string;
}

const isSet = (...secrets: unknown[]) => secrets.some((secret) => secret !== undefined);

function listenersOf({ inputs, api, store, elasticsearch }: Config): Listener[] {
  const tokens = Object.keys(api.tokens).length > 0;
  return [
    { ...inputs.lumberjack, path: ['inputs', 'lumberjack'], says: 'Senders ship their lines' },
    {
      ...api,
      path: ['api'],
      says: 'Tokens and what the API tells travel',
      authenticates: tokens || isSet(api.token),
      remedy: '`api.token` or `api.tokens`',
    },
    ...(elasticsearch
      ? []
      : [
          {
            ...store,
            path: ['store'],
            says: 'Documents and passwords travel',
            authenticates: isSet(store.password, store.api_key),
            remedy: '`store.user` and `store.password`, or `store.api_key`',
          },
        ]),
  ];
}

const isReached = ({ host, open }: Listener) => !isLoopback(host) && !open;
const nameOf = ({ path }: Listener) => formatPath(path);
const elsewise = (listener: Listener) =>
  `or \`${nameOf(listener)}.host: 127.0.0.1\`; or \`${nameOf(listener)}.open: true\` where only trusted machines reach it`;

/** A listener that other machines reach and that asks nobody who they are. */
const isExposed = (listener: Listener) => {
  const byCertificate = listener.ssl_enabled && listener.ssl_client_authentication === 'required';
  return isReached(listener) && listener.authenticates === false && !byCertificate;
};

const encryption = '`ssl_enabled: true`, `ssl_certificate` and `ssl_key`';

export function exposed(config: Config): Problem[] {
  return listenersOf(config)
    .filter(isExposed)
    .map((listener) => {
      const lacks = listener.ssl_enabled ? '' : ' and speaks no TLS';
      const message = `\`${nameOf(listener)}\` listens on ${listener.host}, which other machines may reach, and asks nobody for credentials${lacks}.`;
      const needs = listener.ssl_enabled ? listener.remedy : `${listener.remedy} and ${encryption}`;
      return problem([...listener.path, 'host'], message, `Set ${needs}; ${elsewise(listener)}.`);
    });
}

/** A listener that other machines reach in clear text. */
export function clearText(config: Config): Problem[] {
  const plain = listenersOf(config).filter((one) => isReached(one) && !one.ssl_enabled && !isExposed(one));
  return plain.map((listener) => {
    const message = `${listener.says} in clear text, for \`${nameOf(listener)}\` listens on ${listener.host} without TLS.`;
    const remedy = `Set ${encryption}; ${elsewise(listener)}.`;
    return problem([...listener.path, 'ssl_enabled'], message, remedy);
  });
}

/** Listeners that were allowed to do without, in words for the log. */
export function openListeners(config: Config): string[] {
  const closed = { inputs: { lumberjack: { open: false } }, api: { open: false }, store: { open: false } };
  const asIf = {
    ...config,
    inputs: { ...config.inputs, lumberjack: { ...config.inputs.lumberjack, ...closed.inputs.lumberjack } },
    api: { ...config.api, ...closed.api },
    store: { ...config.store, ...closed.store },
  };
  return [...exposed(asIf), ...clearText(asIf)].map(({ message }) => message);
}

/** TLS settings that do not go together. */
export function tls(config: Config): Problem[] {
  return listenersOf(config).flatMap((listener) => {
    const at = (name: string) => [...listener.path, name];
    const { ssl_enabled, ssl_certificate, ssl_key, ssl_client_authentication: clients } = listener;
    if (!ssl_enabled) {
      if (!ssl_certificate && !ssl_key && clients === 'none') return [];
      const message = 'TLS is set up but not switched on: everything would travel in clear text.';
      const remedy = 'Set `ssl_enabled: true`, or remove the other `ssl_` settings.';
      return [problem(at('ssl_enabled'), message, remedy)];
    }
    const missing = Object.entries({ ssl_certificate, ssl_key }).filter(([, path]) => !path);
    const found = missing.map(([name]) =>
      problem(at(name), `\`ssl_enabled\` is true, but \`${name}\` is missing.`, 'Name the PEM file.'),
    );
    if (clients !== 'none' && listener.ssl_certificate_authorities.length === 0) {
      const message = 'Client certificates are asked for, but no authority is named to check them against.';
      found.push(problem(at('ssl_certificate_authorities'), message, 'Name the authority’s PEM file in it.'));
    }
    return found;
  });
}

export function ports(config: Config): Problem[] {
  const listeners = listenersOf(config);
  return listeners.flatMap(({ path, port }, index) => {
    const first = listeners.slice(0, index).find((other) => other.port === port && port !== 0);
    if (!first) return [];
    const message = `Port ${port} is also that of \`${formatPath([...first.path, 'port'])}\`.`;
    return [problem([...path, 'port'], message, 'Give each listener a port of its own; 0 takes a free one.')];
  });
}
