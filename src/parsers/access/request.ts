import type { Line, LineFields } from '../line-fields.ts';

/** The parts of a request line. All are undefined if it is garbage, such as a TLS handshake; `message` keeps the text. */
interface RequestLine {
  method: string | undefined;
  url: string | undefined;
  path: string | undefined;
  query: string | undefined;
  domain: string | undefined;
  version: string | undefined;
}

const nothing: RequestLine = {
  method: undefined,
  url: undefined,
  path: undefined,
  query: undefined,
  domain: undefined,
  version: undefined,
};

/** Reads `GET /path?query HTTP/1.1`. HTTP/0.9 has no version. A URL may contain spaces: some clients send them. */
export function readRequest(text: string | undefined): RequestLine {
  if (text === undefined) return nothing;
  const methodEnd = text.indexOf(' ');
  if (methodEnd < 1 || !/^[A-Z][A-Z_-]*$/.test(text.slice(0, methodEnd))) return nothing;
  const urlEnd = text.lastIndexOf(' HTTP/');
  const url = urlEnd > methodEnd ? text.slice(methodEnd + 1, urlEnd) : text.slice(methodEnd + 1);
  if (url === '') return nothing;
  return {
    method: text.slice(0, methodEnd),
    url,
    ...splitUrl(url),
    version: urlEnd > methodEnd ? text.slice(urlEnd + 6) : undefined,
  };
}

function splitUrl(url: string): Pick<RequestLine, 'path' | 'query' | 'domain'> {
  // A proxy is asked for `http://host/path`. CONNECT has `host:port`, which is not a path.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?/i.exec(url);
  const isPath = absolute !== null || url.startsWith('/') || url === '*';
  const rest = absolute ? url.slice(absolute[0].length) || '/' : url;
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return {
    path: isPath ? path || '/' : undefined,
    query: mark === -1 || !isPath ? undefined : rest.slice(mark + 1),
    domain: absolute?.[1] || undefined,
  };
}

const SPACE = 0x20;
const DASH = 0x2d;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

/** The slots of a request's fields. */
interface RequestSlots {
  method: number;
  url: number;
  path: number;
  query: number;
  domain: number;
  version: number;
}

/** Sets the fields of a request line such as `GET /path?query HTTP/1.1`. Nothing is set for garbage, such as a TLS handshake. */
export function setRequest(
  fields: LineFields,
  slots: RequestSlots,
  line: Line,
  start: number,
  end: number,
  unescaped: (text: string) => string,
): void {
  if (!setSpans(fields, slots, line.bytes, start, end))
    setTexts(fields, slots, unescaped(line.text(start, end)));
}

/** The usual case: a path, and nothing that is escaped. Returns false for anything else. */
function setSpans(
  fields: LineFields,
  slots: RequestSlots,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  let methodEnd = start;
  while (methodEnd < end && isMethodByte(bytes[methodEnd]!)) methodEnd += 1;
  const url = methodEnd + 1;
  if (bytes[methodEnd] !== SPACE || bytes[url] !== SLASH || !isCapital(bytes[start]!)) return false;
  let urlEnd = url;
  let pathEnd = -1;
  for (let at = url; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === BACKSLASH) return false;
    if (byte === QUESTION_MARK && pathEnd === -1) pathEnd = at;
    else if (byte === SPACE && isHttp(bytes, at + 1)) urlEnd = at;
  }
  // Without a version, with two, or with an empty one, it is decided by the text.
  if (urlEnd === url || end - urlEnd < 7) return false;
  if (pathEnd === -1 || pathEnd > urlEnd) pathEnd = urlEnd;
  else if (pathEnd + 1 === urlEnd) fields.text(slots.query, '');
  else fields.span(slots.query, pathEnd + 1, urlEnd);
  fields.span(slots.method, start, methodEnd);
  fields.span(slots.url, url, urlEnd);
  fields.span(slots.path, url, pathEnd);
  fields.span(slots.version, urlEnd + 6, end);
  return true;
}

function setTexts(fields: LineFields, slots: RequestSlots, text: string): void {
  const { method, url, path, query, domain, version } = readRequest(text);
  fields.text(slots.method, method);
  fields.text(slots.url, url);
  fields.text(slots.path, path);
  fields.text(slots.query, query);
  fields.text(slots.domain, domain);
  fields.text(slots.version, version);
}

const isCapital = (byte: number) => byte >= 0x41 && byte <= 0x5a;
const isMethodByte = (byte: number) => isCapital(byte) || byte === DASH || byte === UNDERSCORE;

function isHttp(bytes: Buffer, at: number): boolean {
  const letters = bytes[at] === 0x48 && bytes[at + 1] === 0x54 && bytes[at + 2] === 0x54;
  return letters && bytes[at + 3] === 0x50 && bytes[at + 4] === SLASH;
}
