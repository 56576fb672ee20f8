import type { JsonObject } from '../../../events/index.ts';
import { readRequest } from '../../access/line-parts.ts';
import { ipOf, textOf } from '../text-format.ts';

/** The fields of a request line such as `GET /path?query HTTP/1.1`. */
export function requestLineFields(text: string | undefined): JsonObject {
  const { method, url, path, query, domain, version } = readRequest(textOf(text));
  return {
    'http.request.method': method,
    'url.original': url,
    'url.path': path,
    'url.query': query,
    'url.domain': domain,
    'http.version': version,
  };
}

/**
 * What every access log states of a request: that it is one, and whether it succeeded. Servers write 0, 000, 009 or -1 where they sent no
 * response: a number below 100 is no status.
 */
export function webFields(written: number | undefined): JsonObject {
  const status = written !== undefined && written >= 100 ? written : undefined;
  return {
    'event.kind': 'event',
    'event.category': ['web'],
    'event.type': ['access'],
    'http.response.status_code': status,
    'event.outcome': status === undefined ? undefined : status < 400 ? 'success' : 'failure',
  };
}

/** An address, perhaps with a port and in brackets: `192.0.2.1:5000`, `[2001:db8::1]:5000`, `2001:db8::1`, a name. */
export function addressFields(text: string | undefined, prefix = 'source'): JsonObject {
  const given = textOf(text);
  if (given === undefined) return {};
  const [, inBrackets, v4, port] = /^(?:\[([\da-fA-F:.%\w]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(given) ?? [];
  const address = inBrackets ?? v4 ?? given;
  return {
    [`${prefix}.address`]: address,
    [`${prefix}.ip`]: ipOf(address),
    [`${prefix}.port`]: port === undefined ? undefined : Number(port),
  };
}
