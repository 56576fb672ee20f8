import { isLoopback } from '../../listeners/guard.ts';
import type { TlsSettings } from '../../listeners/tls.ts';
import { formatPath, type Path, type Problem, problem } from '../load/problems.ts';
import type { HttpInputConfig, NetworkInputConfig } from '../schema/network-inputs.ts';
import type { Config } from '../schema/schema.ts';

/** A socket that logboom listens on. */
interface Listener extends TlsSettings {
  /** Its section of the configuration. */
  path: Path;
  protocols: readonly ('tcp' | 'udp')[];
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

const overTcp = ['tcp'] as const;
const noTls = {
  ssl_enabled: false,
  ssl_certificate_authorities: [],
  ssl_client_authentication: 'none',
  ssl_supported_protocols: [],
  ssl_handshake_timeout: 0,
} satisfies TlsSettings;

const isSet = (...secrets: unknown[]) => secrets.some((secret) => secret !== undefined);

const clearTextRisk = 'Events travel';

/** Where an input listens; none for a Unix socket, for a client and for standard input. */
function listenerOf(input: NetworkInputConfig): Listener[] {
  const path = ['inputs', input.place];
  if (input.kind === 'stdin' || input.kind === 'kafka') return [];
  if (input.kind === 'http') return [{ ...input, ...overHttp(input), path }];
  if (input.kind === 'udp') return [{ ...input, ...noTls, path, protocols: ['udp'], clearTextRisk }];
  if (input.path !== undefined || (input.kind === 'tcp' && input.connect.length > 0)) return [];
  return [{ ...input, path, protocols: input.kind === 'tcp' ? overTcp : input.protocols, clearTextRisk }];
}

const overHttp = ({ password, api_key, token }: HttpInputConfig) => ({
  protocols: overTcp,
  clearTextRisk: 'Events and passwords travel',
  authenticates: isSet(password, api_key, token),
  credentials: '`user` and `password`, `api_key` or `token`',
});

/** All sockets that logboom listens on with this configuration. */
export function listenersOf({ inputs, api, store, elasticsearch }: Config): Listener[] {
  const tokens = Object.keys(api.tokens).length > 0;
  return [
    ...(inputs.lumberjack.enabled
      ? [{ ...inputs.lumberjack, ...{ path: ['inputs', 'lumberjack'], protocols: overTcp, clearTextRisk } }]
      : []),
    ...inputs.network.filter(({ enabled }) => enabled).flatMap(listenerOf),
    {
      ...api,
      path: ['api'],
      protocols: overTcp,
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
            protocols: overTcp,
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
    const needsTcp = listener.protocols.includes('udp');
    const remedy = needsTcp
      ? `UDP has no TLS. Set \`host: 127.0.0.1\`; or \`open: true\` if only trusted machines can reach it.`
      : `Set ${encryption}; ${alternatives(listener)}.`;
    return problem([...listener.path, needsTcp ? 'host' : 'ssl_enabled'], message, remedy);
  });
}

/** Warnings about listeners that `open` allows to work without TLS or credentials. */
export function openListeners(config: Config): string[] {
  const closed = { inputs: { lumberjack: { open: false } }, api: { open: false }, store: { open: false } };
  const asIf = {
    ...config,
    inputs: {
      ...config.inputs,
      lumberjack: { ...config.inputs.lumberjack, ...closed.inputs.lumberjack },
      network: config.inputs.network.map((input) =>
        input.kind === 'stdin' || input.kind === 'kafka' ? input : { ...input, open: false },
      ),
    },
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
    if (listener.protocols.includes('udp')) {
      const message = 'UDP has no TLS: its lines would travel in clear text.';
      return [problem(at('protocols'), message, 'Write `protocols: [tcp]`, and a second input for UDP.')];
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
  return listeners.flatMap(({ path, port, protocols }, index) => {
    const isTaken = (other: Listener) =>
      other.port === port && other.protocols.some((one) => protocols.includes(one));
    const first = port === 0 ? undefined : listeners.slice(0, index).find(isTaken);
    if (!first) return [];
    const message = `Port ${port} is already used by \`${formatPath([...first.path, 'port'])}\`.`;
    return [problem([...path, 'port'], message, 'Give each listener its own port. 0 takes a free port.')];
  });
}
