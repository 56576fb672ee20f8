import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LogboomError, messageOf } from '../../errors.ts';
import type { AlertStatus, Handling, Severity } from '../../model.ts';

/** An open alert, as `GET /alerts` shows it. Times are ISO 8601. */
export interface AlertView extends Pick<Handling, 'acknowledged' | 'assigned'> {
  id: string;
  rule: string;
  group: string;
  severity: Severity;
  status: AlertStatus;
  since: string;
  message: string;
  labels: Record<string, string>;
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
}

const name = z.string().trim().min(1).max(200);
const ids = z.array(z.string().min(1).max(1_000)).min(1).max(1_000);
const requests = {
  expire: z.strictObject({ ids, by: name }),
  acknowledge: z.strictObject({ ids, by: name, comment: z.string().max(2_000).optional() }),
  assign: z.strictObject({ ids, to: name, by: name }),
};

const bodyLimit = 1_024 * 1_024;

/** `/alerts` and `/silences`. The guard of the API requires the role `operate` for what changes something. */
export function addAlerts(app: FastifyInstance, actions: AlertActions): void {
  app.get('/alerts', () => ({ alerts: actions.alerts() }));
  app.get('/silences', () => ({ silences: actions.silences() }));
  app.post('/silences', { bodyLimit }, (request, reply) =>
    answered(reply, async () => ({ silence: await actions.silence(bodyOf(request)) })),
  );
  app.post('/silences/expire', { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, by } = read(requests.expire, request);
      return { silences: await actions.expire(ids, by) };
    }),
  );
  app.post('/alerts/acknowledge', { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, by, comment } = read(requests.acknowledge, request);
      return { notOpen: await actions.acknowledge(ids, by, comment) };
    }),
  );
  app.post('/alerts/assign', { bodyLimit }, (request, reply) =>
    answered(reply, async () => {
      const { ids, to, by } = read(requests.assign, request);
      return { notOpen: await actions.assign(ids, to, by) };
    }),
  );
}

/** A request that cannot work is answered with 400 and the remedy. */
async function answered(reply: FastifyReply, act: () => Promise<object>): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof LogboomError && ['USAGE', 'KQL_SYNTAX'].includes(error.code))) throw error;
    return reply.code(400).send({ error: messageOf(error) });
  }
}

function read<T>(schema: z.ZodType<T>, request: FastifyRequest): T {
  const parsed = schema.safeParse(bodyOf(request));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path, message }) => `\`${path.join('.') || 'body'}\`: ${message}`,
  );
  throw new LogboomError('USAGE', issues.join('; '));
}

const bodyOf = ({ body, headers }: FastifyRequest): unknown =>
  /^application\/json\b/.test(headers['content-type'] ?? '') ? body : undefined;
