import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import type { Agent, buildConnector } from 'undici';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError, messageOf } from '../errors.ts';
import { ownToken } from '../telemetry/api/credentials.ts';
import { printable } from '../util/text.ts';

/** The API of a running logboom. */
export interface ApiSource {
  url: string;
  token?: string | undefined;
  /** Path of the certificate that the server must present. Without it, Node checks the certificate as usual. */
  certificate?: string | undefined;
}

/** Address and token of a server with this configuration, as seen from the same machine. */
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
 * `fetch` for the source. On the same machine the certificate need not name the address of the server, so the client
 * compares the certificate with the configured one before it sends anything.
 */
export function fetchOf({ certificate }: ApiSource): typeof fetch {
  if (certificate === undefined) return fetch;
  const wanted = fingerprintOf(certificate);
  let dispatcher: Agent | undefined;
  // Only this case needs the package, so the server and the other commands start without it.
  const withPin = async (...[target, init]: Parameters<typeof import('undici').fetch>) => {
    const undici = await import('../util/undici.ts');
    const connect = undici.buildConnector({ rejectUnauthorized: false });
    dispatcher ??= new undici.Agent({ connect: pinned(connect, certificate, wanted) });
    return undici.fetch(target, { ...init, dispatcher });
  };
  return withPin as unknown as typeof fetch;
}

function pinned(connect: buildConnector.connector, path: string, wanted: string): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if ((socket as TLSSocket).getPeerX509Certificate?.()?.fingerprint256 === wanted)
        return callback(null, socket);
      socket.destroy();
      callback(new Error(`it presents another certificate than ${path}`), null);
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

interface ApiRequest {
  /** Body of a POST, as JSON. Without it the request is a GET. */
  body?: object;
  timeout?: number;
  /** Status codes other than 2xx whose body is returned as well. */
  accepted?: readonly number[];
}

/** Sends a request to the API. Throws `API_UNAVAILABLE` where there is no answer or an error. */
export async function ask<Answer>(
  source: ApiSource,
  path: string,
  options: ApiRequest = {},
): Promise<Answer> {
  const { url } = source;
  const fetch = fetchOf(source);
  const response = await fetch(new URL(path, url), requestOf(source, options)).catch((error: Error) => {
    const cause = messageOf(error.cause ?? error);
    const message = `No logboom answers at ${url} (${cause}). Is it running? Set another address with --url.`;
    throw new LogboomError('API_UNAVAILABLE', message, { cause: error });
  });
  // /health answers 503 with the reasons in its body.
  const { accepted = options.body ? [] : [503] } = options;
  if (response.ok || accepted.includes(response.status))
    return (await response.json().catch((cause: unknown) => {
      const message = `${url}${path} answered ${response.status}, and no JSON. Is it logboom?`;
      throw new LogboomError('API_UNAVAILABLE', message, { cause });
    })) as Answer;
  const answer = (await response.json().catch(() => undefined)) as { error?: unknown } | undefined;
  const error = typeof answer?.error === 'string' ? printable(answer.error) : undefined;
  throw new LogboomError('API_UNAVAILABLE', refusal(`${url}${path}`, url, response.status, error, options));
}

function refusal(
  address: string,
  url: string,
  status: number,
  error: string | undefined,
  { body }: ApiRequest,
) {
  if (status === 401) return `${url} requires a token: set \`api.token\` or use --token.`;
  if (status === 403) return `${address} refused: ${error ?? 'no reason given'}`;
  return body && error ? error : `${address} answered ${status}. Is it logboom?`;
}

function requestOf({ token }: ApiSource, { body, timeout = 5_000 }: ApiRequest): RequestInit {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(timeout);
  if (!body) return { headers: authorization, signal };
  const headers = { ...authorization, 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body), signal };
}
