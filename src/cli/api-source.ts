import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { Agent, buildConnector, fetch as fetchWith } from 'undici';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError, messageOf } from '../errors.ts';
import { ownToken } from '../telemetry/api/credentials.ts';

/** A running logboom's API. */
export interface ApiSource {
  url: string;
  token?: string | undefined;
  /** Path of the certificate that it must show; without it, one of an authority that Node trusts. */
  certificate?: string | undefined;
}

/** Where a server with this configuration answers, as seen from the same machine, and with which token. */
export function sourceOf({ api }: Pick<Config, 'api'>): ApiSource {
  const host = api.host === '0.0.0.0' ? '127.0.0.1' : api.host === '::' ? '::1' : api.host;
  const scheme = api.ssl_enabled ? 'https' : 'http';
  return {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${api.port}`,
    token: ownToken(api),
    ...(api.ssl_enabled && { certificate: api.ssl_certificate }),
  };
}

/**
 * `fetch` as the source needs it. From the same machine the server is asked by an address that its certificate need
 * not name, so the certificate itself is compared with the configured one, before anything is sent.
 */
export function fetchOf({ certificate }: ApiSource): typeof fetch {
  if (certificate === undefined) return fetch;
  const dispatcher = new Agent({ connect: pinned(certificate) });
  const withPin = (...[target, init]: Parameters<typeof fetchWith>) =>
    fetchWith(target, { ...init, dispatcher });
  return withPin as unknown as typeof fetch;
}

function pinned(path: string): buildConnector.connector {
  const wanted = fingerprintOf(path);
  const connect = buildConnector({ rejectUnauthorized: false });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if ((socket as TLSSocket).getPeerX509Certificate?.()?.fingerprint256 === wanted)
        return callback(null, socket);
      socket.destroy();
      callback(new Error(`it shows another certificate than ${path}`), null);
    });
}

function fingerprintOf(path: string): string {
  try {
    return new X509Certificate(readFileSync(path)).fingerprint256;
  } catch (cause) {
    const message = `api.ssl_certificate names ${path}, which cannot be read: ${messageOf(cause)}`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}
