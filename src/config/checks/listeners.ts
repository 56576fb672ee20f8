import { isLoopback } from '../../listeners/guard.ts';
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
  /** What travels in clear text without TLS. */
  clearTextRisk: string;
  /** Whether clients must authenticate; undefined for Lumberjack, which knows only client certificates. */
  authenticates?: boolean;
  /** Settings that make it require credentials. */
  credentials?: string;
}

const isSet = (...secrets: unknown[]) => secrets.some((secret) => secret !== undefined);

function listenersOf({ inputs, api, store, elasticsearch }: Config): Listener[] {
  const tokens = Object.keys(api.tokens).length > 0;
  return [
    ...(inputs.lumberjack.enabled
      ? [{ ...inputs.lumberjack, path: ['inputs', 'lumberjack'], clearTextRisk: 'Events travel' }]
      : []),
    {
      ...api,
      path: ['api'],
      clearTextRisk: 'Tokens and API responses travel',
      authenticates: tokens || isSet(api.token),
      credentials: '`api.token` or `api.tokens`',
    },
    ...(elasticsearch
      ? []
      : [
          {
            ...store,
            path: ['store'],
            clearTextRisk: 'Documents and passwords travel',
            authenticates: isSet(store.password, store.api_key),
            credentials: '`store.user` and `store.password`, or `store.api_key`',
          },
        ]),
  ];
}

const isReachable = ({ host, open }: Listener) => !isLoopback(host) && !open;
const nameOf = ({ path }: Listener) => formatPath(path);
const alternatives = (listener: Listener) =>
  `or \`${nameOf(listener)}.host: 127.0.0.1\`; or \`${nameOf(listener)}.open: true\` if only trusted machines can reach it`;

/** A listener that other machines can reach and that requires no authentication. */
const isExposed = (listener: Listener) => {
  const byCertificate = listener.ssl_enabled && listener.ssl_client_authentication === 'required';
  return isReachable(listener) && listener.authenticates === false && !byCertificate;
};

const encryption = '`ssl_enabled: true`, `ssl_certificate` and `ssl_key`';

export function exposed(config: Config): Problem[] {
  return listenersOf(config)
    .filter(isExposed)
    .map((listener) => {
      const withoutTls = listener.ssl_enabled ? '' : ' and without TLS';
      const message = `\`${nameOf(listener)}\` listens on ${listener.host}, which other machines may reach, without credentials${withoutTls}.`;
      const needs = listener.ssl_enabled ? listener.credentials : `${listener.credentials} and ${encryption}`;
      return problem([...listener.path, 'host'], message, `Set ${needs}; ${alternatives(listener)}.`);
    });
}

/** Listeners that other machines can reach in clear text. */
export function clearText(config: Config): Problem[] {
  const plain = listenersOf(config).filter((one) => isReachable(one) && !one.ssl_enabled && !isExposed(one));
  return plain.map((listener) => {
    const message = `${listener.clearTextRisk} in clear text: \`${nameOf(listener)}\` listens on ${listener.host} without TLS.`;
    const remedy = `Set ${encryption}; ${alternatives(listener)}.`;
    return problem([...listener.path, 'ssl_enabled'], message, remedy);
  });
}

/** Warnings about listeners that `open` allows to work without TLS or credentials. */
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

/** TLS settings that contradict each other. */
export function tls(config: Config): Problem[] {
  return listenersOf(config).flatMap((listener) => {
    const at = (name: string) => [...listener.path, name];
    const { ssl_enabled, ssl_certificate, ssl_key, ssl_client_authentication: clients } = listener;
    if (!ssl_enabled) {
      if (!ssl_certificate && !ssl_key && clients === 'none') return [];
      const message = 'TLS is configured but not enabled: everything would travel in clear text.';
      const remedy = 'Set `ssl_enabled: true`, or remove the other `ssl_` settings.';
      return [problem(at('ssl_enabled'), message, remedy)];
    }
    const missing = Object.entries({ ssl_certificate, ssl_key }).filter(([, path]) => !path);
    const found = missing.map(([name]) =>
      problem(
        at(name),
        `\`ssl_enabled\` is true, but \`${name}\` is missing.`,
        'Set the path of the PEM file.',
      ),
    );
    if (clients !== 'none' && listener.ssl_certificate_authorities.length === 0) {
      const message = 'Client certificates are requested, but no certificate authority is set to check them.';
      found.push(
        problem(at('ssl_certificate_authorities'), message, 'Set the path of the PEM file of the authority.'),
      );
    }
    return found;
  });
}

export function ports(config: Config): Problem[] {
  const listeners = listenersOf(config);
  return listeners.flatMap(({ path, port }, index) => {
    const first = listeners.slice(0, index).find((other) => other.port === port && port !== 0);
    if (!first) return [];
    const message = `Port ${port} is already used by \`${formatPath([...first.path, 'port'])}\`.`;
    return [problem([...path, 'port'], message, 'Give each listener its own port. 0 takes a free port.')];
  });
}
