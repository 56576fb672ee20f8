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
