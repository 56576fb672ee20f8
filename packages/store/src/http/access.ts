import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { StoreError } from '../store-error.ts';

/** Why a request is not answered. `challenge` becomes the header `WWW-Authenticate`. */
interface Denial {
  /** 401 where credentials are missing or wrong, 403 where the client may not do this at all. */
  status: 401 | 403;
  reason: string;
  challenge?: string;
}

/**
 * The host's decision about one request, taken from its headers and its socket before the body is read. The store has no
 * users or roles of its own.
 */
export type Authorize = (request: IncomingMessage) => Denial | undefined;

/** Asks the host about each request and answers a denied one as Elasticsearch's security does. */
export function protect(app: FastifyInstance, authorize: Authorize): void {
  app.addHook('onRequest', async (request, reply) => {
    const denial = authorize(request.raw);
    if (denial === undefined) return;
    if (denial.challenge !== undefined) reply.header('www-authenticate', denial.challenge);
    const path = request.url.split('?')[0];
    const reason =
      denial.status === 401 ? `unable to authenticate for REST request [${path}]` : denial.reason;
    throw new StoreError(denial.status, 'security_exception', reason);
  });
}
