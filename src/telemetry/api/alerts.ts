import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import type { AlertStatus, Handling, Millis, Severity } from '../../model.ts';
import { answering, jsonBodyOf, readBody } from './answers.ts';

/** An open alert, as `GET /alerts` shows it. Times are ISO 8601. */
export interface AlertView extends Pick<Handling, 'acknowledged' | 'assigned' | 'verdict'> {
  id: string;
  rule: string;
  group: string;
  severity: Severity;
  status: AlertStatus;
  since: string;
  message: string;
  labels: Record<string, string>;
  /** Who was notified, by the latest messages. */
  notified?: { notifier: string; at: string; status: AlertStatus; refused?: string }[];
  /** Why it is not notified, by the latest decisions. */
  suppressed?: { by: string; reason: string; notifier: string; at: string }[];
}

/** A silence, as `GET /silences` shows it. Times are ISO 8601. */
export interface SilenceView {
  id: string;
  state: 'active' | 'pending' | 'expired';
  matchers: string[];
  query?: string;
  author: string;
  comment: string;
  startsAt: string;
  endsAt: string;
  untilResolved?: true;
  endsOnNewGroup?: true;
  endReason?: string;
  /** Number of open alerts that it matches. */
  alerts: number;
}

/** What people do about alerts. Methods reject with `USAGE` or `KQL_SYNTAX` where a request cannot work. */
export interface AlertActions {
  alerts(): AlertView[];
  silences(): SilenceView[];
  silence(request: unknown): Promise<SilenceView>;
  expire(ids: readonly string[], by: string): Promise<SilenceView[]>;
  /** Both return the ids that are not open. */
  acknowledge(ids: readonly string[], by: string, comment: string | undefined): Promise<string[]>;
  assign(ids: readonly string[], to: string, by: string): Promise<string[]>;
  /** Says of alerts, open or ended, whether they were right. Returns the ids that are not known. */
  judge(ids: readonly string[], verdict: 'true' | 'false', said: Said): Promise<string[]>;
  /** Says that there was an incident without an alert. Times are event times. Returns the id of the verdict. */
  missed(incident: { rule: string; group: string; start: Millis; end?: Millis }, said: Said): Promise<string>;
}

/** Who says something about an alert. */
interface Said {
  by: string;
  comment?: string | undefined;
}

const name = z.string().trim().min(1).max(200);
const ids = z.array(z.string().min(1).max(1_000)).min(1).max(1_000);
const comment = z.string().max(2_000).optional();
/** Milliseconds since the epoch. */
const time = z.number().int().min(0).max(8.64e15);
const requests = {
  expire: z.strictObject({ ids, by: name }),
  acknowledge: z.strictObject({ ids, by: name, comment }),
  assign: z.strictObject({ ids, to: name, by: name }),
  verdict: z.strictObject({ ids, verdict: z.enum(['true', 'false']), by: name, comment }),
  missed: z
    .strictObject({
      rule: name,
      group: z.string().max(1_000).default(''),
      start: time,
      end: time.optional(),
      by: name,
      comment,
    })
    .refine(({ start, end = Number.POSITIVE_INFINITY }) => start < end, {
      message: 'must end after its start',
      path: ['end'],
    }),
};

/** Enough for a thousand long ids. */
const bodyLimit = 1_024 * 1_024;
const answered = answering({ USAGE: 400, KQL_SYNTAX: 400 });

/** `/alerts` and `/silences`, and what changes them below `/api` too. The guard of the API requires the role `operate` for what changes something. */
export function addAlerts(app: FastifyInstance, actions: AlertActions): void {
  app.get('/alerts', () => ({ alerts: actions.alerts() }));
  app.get('/silences', () => ({ silences: actions.silences() }));
  for (const prefix of ['', '/api']) addActions(app, actions, prefix);
}

function addActions(app: FastifyInstance, actions: AlertActions, prefix: string): void {
  app.post(`${prefix}/silences`, { bodyLimit }, (request, reply) =>
    answered(reply, async () => ({ silence: await actions.silence(jsonBodyOf(request)) })),
  );
  app.post(`${prefix}/silences/expire`, { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, by } = readBody(requests.expire, request);
      return { silences: await actions.expire(ids, by) };
    }),
  );
  app.post(`${prefix}/alerts/acknowledge`, { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, by, comment } = readBody(requests.acknowledge, request);
      return { notOpen: await actions.acknowledge(ids, by, comment) };
    }),
  );
  app.post(`${prefix}/alerts/assign`, { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, to, by } = readBody(requests.assign, request);
      return { notOpen: await actions.assign(ids, to, by) };
    }),
  );
  app.post(`${prefix}/alerts/verdict`, { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, verdict, ...said } = readBody(requests.verdict, request);
      return { unknown: await actions.judge(ids, verdict, said) };
    }),
  );
  app.post(`${prefix}/alerts/missed`, { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { by, comment, end, ...incident } = readBody(requests.missed, request);
      const times = end === undefined ? incident : { ...incident, end };
      return { id: await actions.missed(times, { by, comment }) };
    }),
  );
}

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

/**
 * `POST /dead-letters/retry` and `/dead-letters/drop` with a JSON object that selects dead letters. The API's guard requires the role
 * `operate` and refuses pages of other sites.
 */
export function addDeadLetters(app: FastifyInstance, apply: DeadLetterAction): void {
  for (const action of ['retry', 'drop'] as const) {
    app.post(`/dead-letters/${action}`, { bodyLimit }, async (request, reply) => {
      const asked = filterSchema.safeParse(jsonBodyOf(request));
      if (!asked.success)
        return reply.code(400).send({ error: asked.error.issues.map(({ message }) => message).join('; ') });
      const { all: _, ...filter } = asked.data;
      return answer(await apply(action, filter), reply);
    });
  }
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
