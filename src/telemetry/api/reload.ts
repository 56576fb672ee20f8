import type { FastifyInstance } from 'fastify';
import type { Refused, ReloadAnswer } from '../reload-answer.ts';
import { answering } from './answers.ts';

/** The answer to a dry run: the comparison of the rules, or the problems of the configuration. */
export type DryRunAnswer = { dryRun: true; comparison: object } | Refused;

export interface ReloadActions {
  reload: () => Promise<ReloadAnswer>;
  /** Absent where the server has no files to load. */
  dryRun?: (() => Promise<DryRunAnswer>) | undefined;
}

const answered = answering({ BUSY: 503 });

/**
 * `POST /reload` answers what changed, or 400 with all problems of the configuration. With `{"dryRun": true}` nothing changes, and the
 * answer compares the rules on the journal.
 */
export function addReload(app: FastifyInstance, { reload, dryRun }: ReloadActions): void {
  app.post('/reload', async (request, reply) => {
    const isDry = (request.body as { dryRun?: unknown } | undefined)?.dryRun === true;
    if (isDry && dryRun === undefined)
      return reply
        .code(400)
        .send({ error: 'This server has no configuration file to compare with.', problems: [] });
    return answered(reply, async () => {
      const answer = isDry ? await dryRun!() : await reload();
      if ('dryRun' in answer) return answer;
      const { applied, ...rest } = answer;
      if (applied) return rest;
      const error = 'The configuration has problems; the one before stays in force.';
      return reply.code(400).send({ error, ...rest });
    });
  });
}
