import type { FastifyInstance } from 'fastify';
import type { ReloadAnswer } from '../components/reload.ts';

/** `POST /reload`: answers what changed, or 400 with all problems of the configuration. */
export function addReload(app: FastifyInstance, reload: () => Promise<ReloadAnswer>): void {
  app.post('/reload', async (_, reply) => {
    const { applied, ...answer } = await reload();
    if (applied) return answer;
    const error = 'The configuration has problems; the one before stays in force.';
    return reply.code(400).send({ error, ...answer });
  });
}
