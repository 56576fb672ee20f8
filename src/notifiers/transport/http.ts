import type { Dispatcher } from 'undici';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { cutToLength } from '../../util/text.ts';
import { NotifierError } from '../notifier.ts';
import { codeOf, remedyFor, type Trust, tlsOptions } from './trust.ts';

interface Request {
  url: string;
  method?: 'POST' | 'PUT' | 'GET';
  headers?: Readonly<Record<string, string>>;
  /** The body as sent. */
  body?: string;
  trust?: Trust;
}

interface Answer {
  status: number;
  body: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a kind knows about an answer that is not 2xx, and `http.ts` does not. Undefined: the rules below apply. */
type Judge = (answer: Answer) => NotifierError | undefined;

/** Limit of the part of a response body that is read. It is only quoted in a log line. */
const longestBody = 64 * 1024;

/**
 * Sends a request and returns a 2xx response. All other outcomes reject with a `NotifierError`: `NOTIFIER_UNAVAILABLE` for
 * 408, 425, 429, 5xx and network errors, with the pause of `Retry-After`; `NOTIFIER_MISCONFIGURED` where the operator must
 * correct the address, a permission, a token or a certificate; `NOTIFIER_REFUSED` for any other status. Addresses and headers
 * hold secrets, so error messages contain neither.
 */
export async function exchange(request: Request, signal: AbortSignal, judge?: Judge): Promise<Answer> {
  const answer = await sent(request, signal);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw judge?.(answer) ?? failureOf(answer);
}

/** Posts a JSON document, as `exchange`. */
export function postJson(
  document: unknown,
  { headers, ...request }: Request,
  signal: AbortSignal,
  judge?: Judge,
): Promise<Answer> {
  const body = JSON.stringify(document);
  return exchange(
    { ...request, body, headers: { 'content-type': 'application/json', ...headers } },
    signal,
    judge,
  );
}

/** `it answered 404: no such channel`. */
export const answered = ({ status, body }: Pick<Answer, 'status' | 'body'>): string =>
  `it answered ${status}${quote(body)}`;

const moved = 'the address has moved: correct it in `notifiers`';
const remedies: Record<number, string> = {
  401: 'check the token or the `headers` in `notifiers`',
  403: 'check the token, its permissions and the address in `notifiers`',
  404: 'the address does not exist: correct it in `notifiers`',
  405: 'the address does not accept POST: correct it in `notifiers`',
  407: 'a proxy requires a password',
  410: 'the address no longer exists: create a new one and set it in `notifiers`',
};

/** How a status that is not 2xx is handled. */
export function failureOf(answer: Answer): NotifierError {
  const { status, headers } = answer;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfter = retryAfterOf(headers['retry-after'] ?? headers['Retry-After']);
    return new NotifierError('NOTIFIER_UNAVAILABLE', answered(answer), { retryAfter });
  }
  const remedy = remedies[status] ?? (status < 400 ? moved : undefined);
  if (remedy !== undefined)
    return new NotifierError('NOTIFIER_MISCONFIGURED', `${answered(answer)}; ${remedy}`);
  return new NotifierError('NOTIFIER_REFUSED', answered(answer));
}

async function sent({ url, method = 'POST', headers, body, trust }: Request, signal: AbortSignal) {
  // Loaded with the first message: a server that sends none starts without it.
  const { request } = await import('../../util/undici.ts');
  const dispatcher = await dispatcherFor(trust);
  try {
    const answer = await request(url, {
      ...{ method, signal },
      headers: { 'user-agent': 'logboom', ...headers },
      ...(body !== undefined && { body }),
      ...(dispatcher && { dispatcher }),
    });
    const text = await read(answer.body);
    return { status: answer.statusCode, body: text, headers: answer.headers };
  } catch (error) {
    throw unreached(error);
  } finally {
    await dispatcher?.close().catch(() => undefined);
  }
}

/** Undefined where the certificates that Node trusts are enough, which share their connections. */
async function dispatcherFor(trust: Trust | undefined): Promise<Dispatcher | undefined> {
  if (!trust) return undefined;
  if (trust.ssl_certificate_authorities.length === 0 && trust.ssl_verification_mode === 'full')
    return undefined;
  const { Agent } = await import('../../util/undici.ts');
  return new Agent({ connect: tlsOptions(trust) });
}

async function read(body: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk;
    if (text.length >= longestBody) break;
  }
  return text;
}

function unreached(error: unknown): NotifierError {
  const isTimeout = (error as Error).name === 'TimeoutError';
  const code = isTimeout ? undefined : codeOf(error);
  const reason = `it cannot be reached: ${isTimeout ? 'no answer in time' : (code ?? messageOf(error))}`;
  const remedy = remedyFor(code);
  if (remedy === undefined) return new NotifierError('NOTIFIER_UNAVAILABLE', reason);
  return new NotifierError('NOTIFIER_MISCONFIGURED', `${reason}; ${remedy}`);
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110). */
function retryAfterOf(header: string | string[] | undefined, now: Millis = Date.now()): Millis | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** A text of a peer as one short line for the log. */
export function oneLine(text: string): string {
  return cutToLength(text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim(), 200);
}

function quote(body: string): string {
  const text = oneLine(body);
  return text === '' ? '' : `: ${text}`;
}
