import { messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';
import { NotifierError } from './notifier.ts';

interface Answer {
  status: number;
  body: string;
}

/** Limit of the part of a response body that is read. It is only quoted in a log line. */
const longestBody = 64 * 1024;

/**
 * Posts a JSON document and returns a 2xx response. All other outcomes reject with a `NotifierError`:
 * `NOTIFIER_UNAVAILABLE` for 408, 429, 5xx and network errors, with the pause of `Retry-After`; `NOTIFIER_MISCONFIGURED`
 * where the operator must correct the address, a permission or a token; `NOTIFIER_REFUSED` for any other status.
 * Addresses and headers hold secrets, so error messages contain neither.
 */
export async function postJson(
  url: string,
  document: unknown,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await exchange(url, document, headers, signal);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const answered = `it answered ${answer.status}${quote(answer.body)}`;
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
    throw new NotifierError('NOTIFIER_UNAVAILABLE', answered, answer.retryAfter);
  }
  const remedy = remedies[answer.status] ?? (answer.status < 400 ? moved : undefined);
  if (remedy !== undefined) throw new NotifierError('NOTIFIER_MISCONFIGURED', `${answered}; ${remedy}`);
  throw new NotifierError('NOTIFIER_REFUSED', answered);
}

const moved = 'the address has moved: correct it in `notifiers`';
const remedies: Record<number, string> = {
  401: 'check the token or the `headers` in `notifiers`',
  403: 'check the token, its permissions and the address in `notifiers`',
  404: 'the address does not exist: correct it in `notifiers`',
  405: 'the address does not accept POST: correct it in `notifiers`',
  407: 'a proxy requires a password',
  410: 'the address no longer exists: create a new one and set it in `notifiers`',
};

async function exchange(
  url: string,
  document: unknown,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer & { retryAfter: Millis | undefined }> {
  // Loaded with the first message: a server that sends none starts without it.
  const { request } = await import('undici');
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'logboom', ...headers },
      body: JSON.stringify(document),
      signal,
    });
    let body = '';
    for await (const chunk of answer.body) {
      body += chunk;
      if (body.length >= longestBody) break;
    }
    return { status: answer.statusCode, body, retryAfter: retryAfterOf(answer.headers['retry-after']) };
  } catch (error) {
    throw new NotifierError('NOTIFIER_UNAVAILABLE', `it cannot be reached: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return (error as Error).name === 'TimeoutError'
    ? 'no answer in time'
    : typeof code === 'string'
      ? code
      : messageOf(error);
}

/** `Retry-After` in milliseconds. Only the form in seconds (RFC 9110) is read; for a date the usual back-off applies. */
function retryAfterOf(header: string | string[] | undefined): Millis | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function quote(body: string): string {
  const text = body
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
  return text === '' ? '' : `: ${text}`;
}
