import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Sends dead letters again or drops them, in the thread that owns the file. Undefined where it does not answer in time. */
export type DeadLetterAction = (
  action: 'retry' | 'drop',
  filter: Record<string, unknown>,
) => Promise<{ kind: string; reason?: string } | undefined>;

const text = z.string().min(1).max(2_000).optional();
const filterSchema = z
  .strictObject({
    ids: z.array(z.string().min(1).max(1_000)).min(1).max(1_000).optional(),
    ...{ index: text, reason: text, since: text, before: text },
    all: z.literal(true).optional(),
  })
  .refine(({ before: _, ...filter }) => Object.values(filter).some((value) => value !== undefined), {
    message: 'name `ids`, a filter (`index`, `reason`, `since`), or `all`',
  });

/** Enough for a thousand long ids. */
const bodyLimit = 1_024 * 1_024;

/**
 * `POST /dead-letters/retry` and `/dead-letters/drop` with a JSON object that selects dead letters. The API's guard requires the role
 * `operate` and refuses pages of other sites.
 */
export function addDeadLetters(app: FastifyInstance, apply: DeadLetterAction): void {
  for (const action of ['retry', 'drop'] as const) {
    app.post(`/dead-letters/${action}`, { bodyLimit }, async (request, reply) => {
      const asked = filterSchema.safeParse(bodyOf(request));
      if (!asked.success)
        return reply.code(400).send({ error: asked.error.issues.map(({ message }) => message).join('; ') });
      const { all: _, ...filter } = asked.data;
      return answer(await apply(action, filter), reply);
    });
  }
}

function bodyOf({ body, headers }: FastifyRequest): unknown {
  return /^application\/json\b/.test(headers['content-type'] ?? '') ? body : undefined;
}

function answer(outcome: Awaited<ReturnType<DeadLetterAction>>, reply: FastifyReply): FastifyReply {
  if (outcome === undefined) {
    const error =
      'It is still under way and goes on by itself; `logboom dead-letters list` shows what is left.';
    return reply.code(504).send({ error });
  }
  if (outcome.kind === 'unavailable') return reply.code(503).send({ error: outcome.reason });
  return reply.send(outcome);
}
