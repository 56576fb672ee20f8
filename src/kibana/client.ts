import { readFileSync } from 'node:fs';
import { Agent, FormData, fetch, type RequestInit } from 'undici';
import type { KibanaConfig } from '../config/schema/kibana.ts';
import { LogboomError, messageOf } from '../errors.ts';
import { isObject } from '../events/index.ts';
import { isDefaultSpace } from '../util/kibana-space.ts';

/** An answer of Kibana's API. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Kibana's HTTP API, within one space. */
export class KibanaClient {
  readonly url: string;
  readonly space: string | undefined;
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #dispatcher: Agent;

  constructor(config: KibanaConfig) {
    if (config.url === undefined)
      throw new LogboomError(
        'CONFIG_INVALID',
        'Where Kibana is is not known: set `kibana.url`, or use --url.',
      );
    const space = isDefaultSpace(config.space) ? '' : `/s/${encodeURIComponent(config.space!)}`;
    this.space = config.space;
    this.#base = config.url.replace(/\/+$/, '');
    this.url = `${this.#base}${space}`;
    this.#headers = { 'kbn-xsrf': 'logboom', ...authorization(config) };
    this.#dispatcher = new Agent({ connect: trust(config), headersTimeout: config.timeout });
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, { method: 'GET' });
  }

  /** A path that belongs to no space. */
  outside(path: string): Promise<Answer> {
    return this.#ask(path, { method: 'GET' }, this.#base);
  }

  send(method: 'POST' | 'PUT', path: string, body: unknown): Promise<Answer> {
    return this.#ask(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  }

  /** An answer of NDJSON: its objects, and the body where it is one object alone, such as that of an error. */
  async lines(path: string, body: unknown): Promise<Answer & { lines: Record<string, unknown>[] }> {
    const init = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    };
    const { status, text } = await this.#text(path, init, this.url);
    const lines =
      status === 200
        ? text
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map(read)
        : [];
    return { status, body: read(text), lines };
  }

  /** Kibana accepts only a file whose name ends in `.ndjson`. */
  upload(path: string, ndjson: string): Promise<Answer> {
    const body = new FormData();
    body.append('file', new File([ndjson], 'logboom.ndjson', { type: 'application/ndjson' }));
    return this.#ask(path, { method: 'POST', body });
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  async #ask(path: string, init: RequestInit, base = this.url): Promise<Answer> {
    const { status, text } = await this.#text(path, init, base);
    return { status, body: read(text) };
  }

  async #text(path: string, init: RequestInit, base: string): Promise<{ status: number; text: string }> {
    const dispatcher = this.#dispatcher;
    const headers = { ...this.#headers, ...(init.headers as Record<string, string>) };
    try {
      const response = await fetch(`${base}${path}`, { ...init, headers, dispatcher });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const cause = messageOf((error as Error).cause ?? error);
      throw new LogboomError('KIBANA_UNAVAILABLE', `No Kibana answers at ${this.url} (${cause}).`, {
        cause: error,
      });
    }
  }
}

/** An answer may be no JSON: an export has one object a line, and a proxy may answer with a page. */
function read(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {}
  return { message: text.slice(0, 200) };
}

function authorization({ api_key, user, password }: KibanaConfig): Record<string, string> {
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  if (api_key !== undefined)
    return { authorization: `ApiKey ${api_key.includes(':') ? encoded(api_key) : api_key}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${encoded(`${user}:${password ?? ''}`)}` };
}

function trust({ ssl_certificate_authorities, ssl_verification_mode }: KibanaConfig) {
  const ca = ssl_certificate_authorities.map((path) => readFileSync(path));
  return { rejectUnauthorized: ssl_verification_mode === 'full', ...(ca.length > 0 && { ca }) };
}

/** Status and message of a failed request. */
export function reasonOf({ status, body }: Answer): string {
  return `${status}${typeof body.message === 'string' ? `: ${body.message}` : ''}`;
}
