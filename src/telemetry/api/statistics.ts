import type { FastifyInstance } from 'fastify';
import * as z from 'zod';

/** Numbers of a window. Rates are those of the time that the window covers; absent where it covers none. */
export interface Figures {
  events: number;
  errors: number;
  eventsPerSecond?: number;
  errorsPerSecond?: number;
  /** From 0 to 1. Absent without events. */
  errorShare?: number;
  /** Present where rarer values were forgotten: the value may have had up to so many events. */
  eventsAtMost?: number;
}

export interface WindowFigures extends Figures {
  /** Length of the window, and the part of it since the start. */
  seconds: number;
  coveredSeconds: number;
  /** False: the server has not run for the length of the window yet, and rates are those of the time since the start. */
  full: boolean;
  /** Errors and fields are estimated, because more than 2,000 events came in a second. */
  sampled?: true;
}

/** The figures of one value by the name of the window: `now`, `10s`, `2m`, `lifetime`. */
export type ValueFigures = { value: string } & { [window: string]: Figures };

/** The answer of `GET /stats`. Times are ISO 8601. */
export interface StatisticsReport {
  at: string;
  since: string;
  windows: Record<string, WindowFigures>;
  /** By name: `section`, `path`, … The most frequent values are first. */
  fields: Record<string, { field: string; values: ValueFigures[] }>;
}

export interface StatisticsQuestion {
  /** Names of fields. */
  by: readonly string[];
  /** The most values of each. */
  top: number;
  /** The window by which values are ranked. */
  sort: string;
}

/** What `GET /stats` asks for. `names` are the fields that are kept. */
export interface StatisticsSource {
  names: readonly string[];
  report(question: StatisticsQuestion): Promise<StatisticsReport | undefined>;
}

const windows = ['now', '10s', '2m', 'lifetime'] as const;
const query = z.strictObject({
  by: z.string().max(2_000).optional(),
  top: z.coerce.number().int().min(1).max(100).default(10),
  sort: z.enum(windows).default('2m'),
});

/** `GET /stats?by=section,status&top=10&sort=2m`: rates and errors by time of receipt, in all and by field. */
export function addStatistics(app: FastifyInstance, { names, report }: StatisticsSource): void {
  app.get('/stats', async (request, reply) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) return reply.code(400).send({ error: problemsIn(asked.error) });
    const { by, ...rest } = asked.data;
    const wanted = by === undefined ? names : by.split(',').map((name) => name.trim());
    const unknown = wanted.find((name) => !names.includes(name));
    if (unknown !== undefined)
      return reply.code(400).send({
        error: `There are no statistics by \`${unknown}\`, only by ${names.join(', ')}. Add the field to \`statistics.fields\`.`,
      });
    const answer = await report({ ...rest, by: wanted });
    if (answer !== undefined) return answer;
    return reply.code(503).send({ error: 'The analyser does not answer now; try again.' });
  });
}

function problemsIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `\`${path.join('.') || 'query'}\`: ${message}`).join('; ');
}
