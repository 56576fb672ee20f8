import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { LogboomError } from '../../errors.ts';
import { answering } from '../../telemetry/api/answers.ts';

/** One request of the API under `/api/`, with all that its documentation says. */
export interface Route {
  path: string;
  summary: string;
  query: z.ZodObject;
  /** Media type of the answer; JSON by default. */
  type?: string;
  answer(asked: Record<string, unknown>, request: FastifyRequest): Promise<unknown> | unknown;
}

/** A route whose `answer` has the types of its query. */
export function route<Query extends z.ZodObject>(given: {
  path: string;
  summary: string;
  query: Query;
  answer(asked: z.infer<Query>, request: FastifyRequest): Promise<unknown> | unknown;
}): Route {
  return given as unknown as Route;
}

const answered = answering({
  ...{ USAGE: 400, KQL_SYNTAX: 400, SINK_REFUSED: 400 },
  ...{ NOT_EXPLAINABLE: 404, SINK_UNAVAILABLE: 503, BUSY: 503 },
});

/** Serves routes. What a query lacks or has too much is answered with 400 and the names of its parameters. */
export function addRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  for (const { path, query, answer, type } of routes)
    app.get(path, (request, reply) =>
      answered(reply, async () => {
        const found = await answer(readQuery(query, request.query), request);
        if (type !== undefined) reply.type(type);
        return found;
      }),
    );
}

function readQuery(schema: z.ZodObject, given: unknown): Record<string, unknown> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const problems = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no parameter \`${issue.keys.join('`, `')}\`; known: ${known.join(', ') || 'none'}`
      : `\`${issue.path.join('.')}\`: ${issue.message}`,
  );
  throw new LogboomError('USAGE', problems.join('; '));
}

/** Parameters that several routes share. */
export const parameters = {
  from: z
    .string()
    .max(50)
    .optional()
    .describe('Begin of the time: ISO 8601, milliseconds since 1970, or `now-15m` (the default).'),
  to: z.string().max(50).optional().describe('End of the time, not included; `now` by default.'),
  q: z.string().max(10_000).default('').describe('KQL; empty: everything.'),
  limit: (most: number, usual: number) =>
    z.coerce.number().int().min(1).max(most).default(usual).describe('Largest number of entries.'),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Number of entries to skip: `next` of the page before.'),
};
