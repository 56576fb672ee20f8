import { request } from 'undici';
import { messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';
import { NotifierError } from './notifier.ts';

interface Answer {
  status: number;
  body: string;
}

/** An answer's body is read so far and no farther: it is only quoted in a log line. */
const longestBody = 64 * 1024;

/**
 * Posts a JSON document. A 2xx answer is returned; 408, 429 and 5xx are worth another try, and `Retry-After` says
 * when. An address, a right or a token that is not (any longer) valid is for the operator to mend, who may take a
 * while; anything else is a refusal of this message. Addresses and headers hold secrets, so messages name neither.
 */
export async function postJson(
  url: string,
  document: unknown,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await exchange(url, document, headers, signal);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const says = `it answered ${answer.status}${quote(answer.body)}`;
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
    throw new NotifierError('NOTIFIER_UNAVAILABLE', says, answer.retryAfter);
  }
  const remedy = mendable[answer.status] ?? (answer.status < 400 ? moved : undefined);
  if (remedy !== undefined) throw new NotifierError('NOTIFIER_MISCONFIGURED', `${says}; ${remedy}`);
  throw new NotifierError('NOTIFIER_REFUSED', says);
}

const moved = 'the address has moved: correct it in `notifiers`';
const mendable: Record<number, string> = {
  401: 'check the token or the `headers` in `notifiers`',
  403: 'check the token, its rights and the address in `notifiers`',
  404: 'there is nothing at this address: correct it in `notifiers`',
  405: 'nothing takes a POST at this address: correct it in `notifiers`',
  407: 'a proxy in between wants a password',
  410: 'the address is gone for good: make a new one and put it into `notifiers`',
};

async function exchange(
  url: string,
  document: unknown,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer & { retryAfter: Millis | undefined }> {
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

/** RFC 9110: seconds, or a date. A date needs a clock; the usual back-off serves as well. */
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
