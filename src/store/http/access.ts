import type { FastifyInstance } from 'fastify';
import { apiKeySecret, basicSecret, type Credential } from '../../listeners/credentials.ts';
import { createGuard, type GuardSettings, isRefusal, own } from '../../listeners/guard.ts';
import { StoreError } from '../store-error.ts';

/** Who may use the store: whoever has one of these, and everyone where there is none. */
export interface StoreAccess extends GuardSettings {
  user?: string | undefined;
  password?: string | undefined;
  api_key?: string | undefined;
  /** API key by which logboom's own sink comes in, made at each start. */
  ownKey?: string | undefined;
}

function credentialsOf({ user, password, api_key, ownKey }: StoreAccess): Credential[] {
  const known: [name: string, secret: string | undefined][] = [
    [own, ownKey && apiKeySecret(ownKey)],
    ['api_key', api_key && apiKeySecret(api_key)],
    [user ?? '', user && password && basicSecret(user, password)],
  ];
  return known.flatMap(([name, secret]) => (secret ? [{ name, role: 'operate', secret }] : []));
}

/** Whether somebody has to show who it is. */
export const asksCredentials = ({ password, api_key, ssl_client_authentication }: StoreAccess): boolean =>
  password !== undefined || api_key !== undefined || ssl_client_authentication === 'required';

const challenge = 'Basic realm="security", charset="UTF-8", ApiKey';

/** Refuses as Elasticsearch does. There are no roles: a search is a POST as a deletion may be. */
export function protect(app: FastifyInstance, access: StoreAccess): void {
  const guard = createGuard('store', access, credentialsOf(access), challenge);
  app.addHook('onRequest', async (request, reply) => {
    const judged = guard(request.raw, 'operate');
    if (!isRefusal(judged)) return;
    if (judged.challenge !== undefined) reply.header('www-authenticate', judged.challenge);
    const path = request.url.split('?')[0];
    const reason =
      judged.status === 401 ? `unable to authenticate for REST request [${path}]` : judged.reason;
    throw new StoreError(judged.status, 'security_exception', reason);
  });
}
