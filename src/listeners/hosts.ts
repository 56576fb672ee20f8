import { isIP } from 'node:net';

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The name in a `Host` header or an origin's end, without port and brackets, in lower case. */
function nameIn(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '');
}

/**
 * Whether a `Host` header names this server and not a foreign domain. A page of `evil.example` can let its name
 * point to 127.0.0.1 and then read from here as from its own server (DNS rebinding), but the browser still says that
 * name. Addresses, `localhost` and names without a dot, such as those of containers, are no public domain.
 */
export function isOwnName(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return true;
  const name = nameIn(host);
  if (name === '') return false;
  if (isIP(name) !== 0 || !name.includes('.') || name.endsWith('.localhost')) return true;
  return allowed.some((one) => one.toLowerCase() === name);
}

/** Whether a page of another site sends the request: browsers say so in `Origin` wherever it could change something. */
export function isForeign(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  return origin.replace(/^https?:\/\//, '').toLowerCase() !== (host ?? '').toLowerCase();
}
