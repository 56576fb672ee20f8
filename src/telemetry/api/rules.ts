import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { answering, readAs, readBody } from './answers.ts';
import type { RuleActions, RuleEdit } from './rule-edits.ts';

const name = z.string().min(1).max(200).optional();
const editSchema = z.strictObject({
  text: z.string().max(100_000),
  replaces: name,
  revision: z.string().max(100).optional(),
});
const sourceSchema = z.strictObject({ rule: name });

const bodyLimit = 256 * 1_024;
const answered = answering({ USAGE: 400, INPUT_UNREADABLE: 400, BUSY: 503 });

/** `/api/rules/source`, `/api/rules/try` and `/api/rules/save`. All need the role `operate`: the files of the configuration are not for everyone. */
export function addRules(app: FastifyInstance, actions: RuleActions): void {
  app.get('/api/rules/source', { config: { role: 'operate' } }, (request, reply) =>
    answered(reply, () => actions.source(readAs(sourceSchema, request.query).rule)),
  );
  app.post('/api/rules/try', { bodyLimit }, (request, reply) =>
    answered(reply, () => actions.attempt(edit(request))),
  );
  app.post('/api/rules/save', { bodyLimit }, (request, reply) =>
    answered(reply, () => actions.save(edit(request), request.client?.name ?? 'anyone')),
  );
}

const edit = (request: FastifyRequest): RuleEdit => readBody(editSchema, request);
