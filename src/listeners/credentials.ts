import { createHash, timingSafeEqual } from 'node:crypto';

/** What somebody may do: `read` looks, `operate` changes something as well. */
export type Role = 'read' | 'operate';

/** What a client may present, in words of its own. */
export interface Credential {
  /** Who presents it, for the log. */
  name: string;
  role: Role;
  /** As `presented` writes it: `bearer token`, `basic user:password`, `apikey id:key`. */
  secret: string;
}

/** Who asks, once it is known. */
export interface Client {
  name: string;
  role: Role;
}

const decoded = (base64: string) => Buffer.from(base64, 'base64').toString();

/** API keys are written as `id:key` or as the base64 of that, as in Elasticsearch; both are the same key. */
export const apiKeySecret = (key: string): string => `apikey ${key.includes(':') ? key : decoded(key)}`;
export const basicSecret = (user: string, password: string): string => `basic ${user}:${password}`;
export const bearerSecret = (token: string): string => `bearer ${token}`;

/** What an `Authorization` header presents, in one spelling; undefined for none and for schemes nobody knows. */
export function presented(authorization: string | undefined): string | undefined {
  const [, scheme, value] = /^(bearer|basic|apikey) +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return bearerSecret(value);
  return scheme.toLowerCase() === 'basic' ? `basic ${decoded(value)}` : apiKeySecret(value);
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Finds whose credential a header presents. Digests have one length, and all are compared to the end, so that the
 * time taken tells nothing about any of them.
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
