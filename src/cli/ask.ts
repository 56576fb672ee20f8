import { LogboomError, messageOf } from '../errors.ts';
import { printable } from '../util/text.ts';
import { type ApiSource, fetchOf } from './api-source.ts';

interface Asked {
  /** Posted as JSON; without it the question is a GET. */
  body?: object;
  timeout?: number;
  /** Codes beside those of success that are answers like any other, with a body that says more. */
  answers?: readonly number[];
}

/** Asks a running logboom. Throws `API_UNAVAILABLE` where nobody answers, or not with what was asked for. */
export async function ask<Answer>(source: ApiSource, path: string, asked: Asked = {}): Promise<Answer> {
  const { url } = source;
  const fetch = fetchOf(source);
  const response = await fetch(new URL(path, url), requestOf(source, asked)).catch((error: Error) => {
    const cause = messageOf(error.cause ?? error);
    const message = `No logboom answers at ${url} (${cause}). Is it running? Name another address with --url.`;
    throw new LogboomError('API_UNAVAILABLE', message, { cause: error });
  });
  // 503 is an answer of /health like any other: its body has the reasons.
  const { answers = asked.body ? [] : [503] } = asked;
  if (response.ok || answers.includes(response.status)) return (await response.json()) as Answer;
  const said = (await response.json().catch(() => undefined)) as { error?: unknown } | undefined;
  const error = typeof said?.error === 'string' ? printable(said.error) : undefined;
  throw new LogboomError('API_UNAVAILABLE', refusal(`${url}${path}`, url, response.status, error, asked));
}

function refusal(address: string, url: string, status: number, error: string | undefined, { body }: Asked) {
  if (status === 401) return `${url} asks for a token; set \`api.token\` or use --token.`;
  if (status === 403) return `${address} refused: ${error ?? 'no reason given'}`;
  return body && error ? error : `${address} answered ${status}; is it logboom?`;
}

function requestOf({ token }: ApiSource, { body, timeout = 5_000 }: Asked): RequestInit {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(timeout);
  if (!body) return { headers: authorization, signal };
  const headers = { ...authorization, 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body), signal };
}
