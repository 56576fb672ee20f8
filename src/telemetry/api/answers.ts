import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type ErrorCode, LogboomError, messageOf } from '../../errors.ts';

/** Sends what `act` returns. A failure with one of the codes is answered with its HTTP status and the message; others are thrown. */
export const answering =
  (codes: Partial<Record<ErrorCode, number>>) =>
  async (reply: FastifyReply, act: () => unknown): Promise<unknown> => {
    try {
      return await act();
    } catch (error) {
      const code = error instanceof LogboomError ? codes[error.code] : undefined;
      if (code === undefined) throw error;
      return reply.code(code).send({ error: messageOf(error) });
    }
  };

/** Checks the values of a request. Throws `USAGE` with all issues. */
export function readAs<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path, message }) => `\`${path.join('.') || 'body'}\`: ${message}`,
  );
  throw new LogboomError('USAGE', issues.join('; '));
}

/** The body of a request if it is JSON. A page of another site cannot send JSON without a preflight request. */
export const jsonBodyOf = ({ body, headers }: FastifyRequest): unknown =>
  /^application\/json\b/.test(headers['content-type'] ?? '') ? body : undefined;

/** Checks the body of a request in the same way. */
export const readBody = <T>(schema: z.ZodType<T>, request: FastifyRequest): T =>
  readAs(schema, jsonBodyOf(request));
