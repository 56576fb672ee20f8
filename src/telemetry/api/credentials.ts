import { basicSecret, bearerSecret, type Credential, type Role } from '../../listeners/credentials.ts';
import type { GuardSettings } from '../../listeners/guard.ts';

/** The `api` section of the configuration. */
export interface ApiSettings extends GuardSettings {
  port: number;
  /** Whether connections begin with a header of the PROXY protocol. */
  proxy_protocol?: boolean;
  /** Bearer token of the role `operate`. */
  token?: string | undefined;
  /** Further tokens by the names of their holders. */
  tokens?: Record<string, { role: Role; token: string }>;
}

/** Name of the token in `api.token`. */
const unnamed = 'token';

/** Each token as a bearer token, and as the password of the user of its name, which browsers and simple clients can send. */
export function credentialsOf({ token, tokens = {} }: Pick<ApiSettings, 'token' | 'tokens'>): Credential[] {
  const all = Object.entries(tokens).map(([name, one]) => ({ name, ...one }));
  if (token !== undefined) all.unshift({ name: unnamed, role: 'operate', token });
  return all.flatMap(({ name, role, token }) => [
    { name, role, secret: bearerSecret(token) },
    { name, role, secret: basicSecret(name, token) },
  ]);
}

/** The configured token with the most rights, which logboom's own commands send. */
export function ownToken({ token, tokens = {} }: Pick<ApiSettings, 'token' | 'tokens'>): string | undefined {
  const all = Object.values(tokens);
  return token ?? (all.find(({ role }) => role === 'operate') ?? all[0])?.token;
}
