/**
 * The address of Elasticsearch in a cloud id: `name:` and, in base64, `host[:port]$elasticsearch[:port]$kibana`.
 * Undefined where the text is no such id.
 */
export function cloudAddress(id: string): string | undefined {
  const encoded = id.slice(id.lastIndexOf(':') + 1);
  const [domain = '', part = ''] = Buffer.from(encoded, 'base64').toString().split('$');
  const [, host, hostPort] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(domain) ?? [];
  const [, name, ownPort] = /^([\w-]+)(?::(\d{1,5}))?$/.exec(part) ?? [];
  if (host === undefined || name === undefined) return undefined;
  const port = ownPort ?? hostPort ?? '443';
  return Number(port) > 65_535 ? undefined : `https://${name}.${host}:${port}`;
}
