import * as z from 'zod';
import type { RuleConfig } from '../../config/schema/rules.ts';
import { type Millis, severities } from '../../model.ts';
import type { RuleState } from '../../telemetry/components/pipeline.ts';
import type { ReportRow } from '../model.ts';
import { type RuleKnowledge, ruleRows } from '../rules.ts';
import { type AlertIndices, findAlert, findAlerts, type OpenAlerts } from '../search/alerts.ts';
import { findDeadLetters } from '../search/dead-letters.ts';
import { findContext, findLogs } from '../search/logs.ts';
import { findReports } from '../search/reports.ts';
import type { Searcher } from '../search/searcher.ts';
import { readSpan } from '../search/time-span.ts';
import { findTraffic } from '../search/traffic.ts';
import { parameters, type Route, route } from './route.ts';

/** Patterns of the indices that are searched. */
export interface Indices extends AlertIndices {
  events: string;
  deadLetters: string;
  reports: string;
}

/** What the routes show. */
export interface Shown {
  searcher: Searcher;
  indices(): Indices;
  rules(): readonly RuleConfig[];
  openAlerts: OpenAlerts;
  silences(): object[];
  /** The configured reports. */
  reports(): ReportRow[];
  /** Numbers of verdicts, by rule. */
  verdicts(): NonNullable<RuleKnowledge['verdicts']>;
  /** Undefined while the analyser does not answer. */
  ruleStates(): Promise<Record<string, RuleState> | undefined>;
  sources(): Promise<{ known: number; forgotten: number; list: object[] } | undefined>;
  now?: () => Millis;
}

const { q, from, to, limit, offset } = parameters;
const none = z.strictObject({});

/** Requests under `/api/` that read. What changes something lies beside `/alerts` and `/silences`. */
export function routesOf(shown: Shown): Route[] {
  return [...logRoutes(shown), ...alertRoutes(shown), ...pipelineRoutes(shown)];
}

function logRoutes({ searcher, indices, now = Date.now }: Shown): Route[] {
  return [
    route({
      path: '/api/logs',
      summary: 'Events that match a KQL query, newest first, with a histogram of the time on the first page.',
      query: z.strictObject({ q, from, to, limit: limit(500, 100), offset }),
      answer: ({ q: query, limit: most, offset: skip, ...span }) =>
        findLogs(searcher, indices().events, { ...readSpan(span, now()), query, limit: most, offset: skip }),
    }),
    route({
      path: '/api/logs/context',
      summary: 'The lines around an event, from the same file or sender.',
      query: z.strictObject({
        id: z.string().min(1).max(600).describe('`id` of the event.'),
        limit: limit(100, 10),
      }),
      answer: ({ id, limit: most }) => findContext(searcher, indices().events, { id, limit: most }),
    }),
    route({
      path: '/api/stats',
      summary:
        'Traffic within a time: counts, errors, status classes, latency, what is frequent, slow, new or growing.',
      query: z.strictObject({ q, from, to }),
      answer: ({ q: query, ...span }) =>
        findTraffic(searcher, indices().events, { ...readSpan(span, now()), query }),
    }),
  ];
}

function alertRoutes(shown: Shown): Route[] {
  const { searcher, indices, now = Date.now } = shown;
  return [
    route({
      path: '/api/alerts',
      summary: 'Alerts that were open within a time, open ones first.',
      query: z.strictObject({
        state: z.enum(['open', 'past', 'all']).default('all').describe('Which alerts.'),
        rule: z.string().max(200).optional().describe('Name of the rule.'),
        severity: z.enum(severities).optional().describe('Severity.'),
        ...{ from, to, limit: limit(500, 100), offset },
      }),
      answer: ({ from: begin, to: end, ...rest }) => {
        const span = readSpan({ from: begin ?? 'now-24h', to: end }, now());
        return findAlerts(searcher, indices(), { ...rest, ...span }, shown.openAlerts);
      },
    }),
    route({
      path: '/api/alert',
      summary: 'One alert: its lines, its changes with their reasons, and the recorded values around it.',
      query: z.strictObject({ id: z.string().min(1).max(1_000).describe('`id` of the alert.') }),
      answer: ({ id }) => {
        const rules = ruleRows(shown.rules(), { open: shown.openAlerts.list() });
        return findAlert(searcher, indices(), id, { open: shown.openAlerts, rules, now: now() });
      },
    }),
    route({
      path: '/api/silences',
      summary: 'Silences, with the number of open alerts that each matches.',
      query: none,
      answer: () => ({ silences: shown.silences() }),
    }),
  ];
}

function pipelineRoutes(shown: Shown): Route[] {
  const { searcher, indices } = shown;
  return [
    route({
      path: '/api/rules',
      summary: 'The configured rules, with their open alerts and what the analyser knows of each.',
      query: none,
      answer: async () => {
        const states = await shown.ruleStates();
        const [open, verdicts] = [shown.openAlerts.list(), shown.verdicts()];
        return { rules: ruleRows(shown.rules(), { open, states, verdicts }) };
      },
    }),
    route({
      path: '/api/sources',
      summary: 'Sources of events: those with problems first, then those that were seen last.',
      query: z.strictObject({ limit: limit(500, 100), offset }),
      answer: async ({ limit: most, offset: skip }) => {
        const { known = 0, forgotten = 0, list = [] } = (await shown.sources()) ?? {};
        const end = skip + most;
        const next = end < list.length ? { next: end } : {};
        return { known, forgotten, sources: list.slice(skip, end), ...next };
      },
    }),
    route({
      path: '/api/reports',
      summary:
        'The configured reports with the time of the next one, and those that were made, newest first.',
      query: z.strictObject({
        name: z.string().max(200).optional().describe('Name of the report.'),
        ...{ limit: limit(100, 10), offset },
      }),
      answer: async ({ name, limit: most, offset: skip }) => {
        const configured = shown.reports().filter((one) => name === undefined || one.name === name);
        const made = await findReports(searcher, indices().reports, { name, limit: most, offset: skip });
        return { configured, ...made };
      },
    }),
    route({
      path: '/api/dead-letters',
      summary: 'Documents that were refused for good or could not be read, newest first, with the reasons.',
      query: z.strictObject({ limit: limit(500, 50), offset }),
      answer: ({ limit: most, offset: skip }) =>
        findDeadLetters(searcher, indices().deadLetters, { limit: most, offset: skip }),
    }),
  ];
}
