import { createHash, timingSafeEqual } from 'node:crypto';

/** The rights of a client: `read` for reading, `operate` for changes as well. */
export type Role = 'read' | 'operate';

/** A credential that a client may send. */
export interface Credential {
  /** The name of its holder, for the log. */
  name: string;
  role: Role;
  /** As `presented` writes it: `bearer token`, `basic user:password`, `apikey id:key`. */
  secret: string;
}

/** An authenticated client. */
export interface Client {
  name: string;
  role: Role;
}

const decoded = (base64: string) => Buffer.from(base64, 'base64').toString();

/** API keys are written as `id:key` or as the base64 of that, as in Elasticsearch; both are the same key. */
export const apiKeySecret = (key: string): string => `apikey ${key.includes(':') ? key : decoded(key)}`;
export const basicSecret = (user: string, password: string): string => `basic ${user}:${password}`;
export const bearerSecret = (token: string): string => `bearer ${token}`;

/** The credential of an `Authorization` header in a normal form; undefined for none and for unknown schemes. */
export function presented(authorization: string | undefined): string | undefined {
  const [, scheme, value] = /^(bearer|basic|apikey) +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return bearerSecret(value);
  return scheme.toLowerCase() === 'basic' ? `basic ${decoded(value)}` : apiKeySecret(value);
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Finds the holder of a header's credential. Digests have one length, and all are compared completely, so that the
 * time taken reveals nothing about any of them.
 */
export function recognizer(
  credentials: readonly Credential[],
): (authorization: string | undefined) => Client | undefined {
  const known = credentials.map(({ name, role, secret }) => ({
    client: { name, role },
    wanted: digest(secret),
  }));
  return (authorization) => {
    const given = digest(presented(authorization) ?? '');
    let found: Client | undefined;
    for (const { client, wanted } of known) if (timingSafeEqual(given, wanted)) found ??= client;
    return found;
  };
}
