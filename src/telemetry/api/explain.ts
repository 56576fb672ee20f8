import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { answering } from './answers.ts';

/** Answers `?alert=…` or `?rule=…&at=…&group=…`. */
export type Explain = (asked: Record<string, string>) => Promise<unknown>;

const answered = answering({ USAGE: 400, NOT_EXPLAINABLE: 404, BUSY: 503 });

/** `GET /explain`. */
export function addExplain(app: FastifyInstance, explain: Explain): void {
  app.get('/explain', async (request, reply) => {
    const asked = request.query as Record<string, string | string[]>;
    const twice = Object.keys(asked).find((name) => Array.isArray(asked[name]));
    if (twice !== undefined) return reply.code(400).send({ error: `\`${twice}\` is given twice.` });
    return answered(reply, () => explain(asked as Record<string, string>));
  });
}

/** Makes the capsule of an alert, as `logboom capsule` does. */
export type CapsuleAction = (alert: string, addresses: boolean) => Promise<{ alert: string }>;

const capsuleSchema = z.strictObject({
  alert: z.string().min(1).max(1_000),
  maskAddresses: z.enum(['true', 'false']).default('false'),
});

/** `GET /api/alerts/capsule`: a gzip file with the events of an incident, so it needs the role `operate`. */
export function addCapsule(app: FastifyInstance, make: CapsuleAction): void {
  app.get('/api/alerts/capsule', { config: { role: 'operate' } }, async (request, reply) => {
    const asked = capsuleSchema.safeParse(request.query);
    if (!asked.success)
      return reply
        .code(400)
        .send({ error: 'name the alert: `?alert=ID`, and `maskAddresses=true` where wanted' });
    return answered(reply, async () => {
      const capsule = await make(asked.data.alert, asked.data.maskAddresses === 'true');
      const name = `${capsule.alert.replace(/[^\w.-]+/g, '-')}.capsule.json.gz`;
      return reply
        .type('application/gzip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(gzipSync(`${JSON.stringify(capsule)}\n`));
    });
  });
}
