import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { AlertAnswer, AlertChange, AlertRow, AlertsAnswer, RuleRow, TimeSpan } from '../model.ts';
import { fieldOf, mostRows } from './logs.ts';
import type { Hit, Searcher } from './searcher.ts';

/** Indices of what logboom writes about alerts. */
export interface AlertIndices {
  alerts: string;
  transitions: string;
  windows: string;
}

/** The open alerts. There may be very many, so only those that are shown are made into rows. */
export interface OpenAlerts {
  size(): number;
  /** What selects and orders them. */
  list(): Iterable<Pick<AlertRow, 'id' | 'rule' | 'severity' | 'start'>>;
  /** Undefined if the alert is not open. */
  row(id: string): AlertRow | undefined;
}

interface AlertsRequest extends TimeSpan {
  state: 'open' | 'past' | 'all';
  rule?: string | undefined;
  severity?: string | undefined;
  limit: number;
  offset: number;
}

type Documents = Pick<Searcher, 'search'>;

/** Alerts that were open within a time: those that are open now by `open`, which is never behind, and past ones by their documents. */
export async function findAlerts(
  searcher: Documents,
  { alerts: index }: AlertIndices,
  asked: AlertsRequest,
  open: OpenAlerts,
): Promise<AlertsAnswer> {
  const { state, rule, severity, limit, offset } = asked;
  const isWanted = (row: Pick<AlertRow, 'rule' | 'severity'>) =>
    (rule === undefined || row.rule === rule) && (severity === undefined || row.severity === severity);
  const present = [...open.list()];
  const openRows = state === 'past' ? [] : present.filter(isWanted).toSorted((a, b) => b.start - a.start);
  const ownOpen = openRows.slice(offset, offset + limit).flatMap(({ id }) => open.row(id) ?? []);
  if (state === 'open') return answerOf(openRows.length, ownOpen, offset, []);
  const pastFrom = Math.max(0, offset - openRows.length);
  if (pastFrom + limit > mostRows)
    throw new LogboomError('USAGE', `${mostRows} alerts are shown at most: ask for an earlier time.`);
  const past = await searcher.search(index, {
    size: limit - ownOpen.length,
    from: pastFrom,
    track_total_hits: true,
    query: {
      bool: { filter: pastFilters(asked), must_not: [stillOpen(present)] },
    },
    sort: [{ 'event.start': { order: 'desc', unmapped_type: 'date' } }],
  });
  const rows = [...ownOpen, ...past.hits.map(rowOf)];
  return answerOf(openRows.length + past.total, rows, offset, past.problems);
}

/** The most ids in a query. */
const mostIds = 1_000;

/** Selects the documents of open alerts. Beyond `mostIds` it selects all without an end, so also those of alerts whose end was never written. */
function stillOpen(open: readonly { id: string }[]): object {
  if (open.length > mostIds) return { bool: { must_not: [{ exists: { field: 'event.end' } }] } };
  return { ids: { values: open.map(({ id }) => id) } };
}

function answerOf(total: number, alerts: AlertRow[], offset: number, problems: string[]): AlertsAnswer {
  const next = offset + alerts.length;
  return { total, alerts, problems, ...(next < Math.min(total, mostRows) && alerts.length > 0 && { next }) };
}

function pastFilters({ from, to, rule, severity }: AlertsRequest): object[] {
  const at = (bound: string, time: Millis) => ({ [bound]: time, format: 'epoch_millis' });
  const ended = { range: { 'event.end': at('gte', from) } };
  const endless = { bool: { must_not: [{ exists: { field: 'event.end' } }] } };
  return [
    { range: { 'event.start': at('lt', to) } },
    { bool: { should: [ended, endless], minimum_should_match: 1 } },
    ...(rule === undefined ? [] : [{ term: { 'rule.name': rule } }]),
    ...(severity === undefined ? [] : [{ term: { 'alert.severity': severity } }]),
  ];
}

/** Time shown before an alert began and after it ended, at least. */
const margin: Millis = 10 * 60_000;
const mostValues = 2_000;
const mostChanges = 500;

/** One alert with its changes and the values around it. Rejects with `NOT_EXPLAINABLE` where there is no such alert. */
export async function findAlert(
  searcher: Documents,
  indices: AlertIndices,
  id: string,
  { open, rules, now }: { open: Pick<OpenAlerts, 'row'>; rules: readonly RuleRow[]; now: Millis },
): Promise<AlertAnswer> {
  const found = await searcher.search(indices.alerts, { size: 1, query: { ids: { values: [id] } } });
  const present = open.row(id);
  const documented = found.hits.map(rowOf)[0];
  const row = present ?? documented;
  if (row === undefined) throw new LogboomError('NOT_EXPLAINABLE', `There is no alert \`${id}\`.`);
  const [changes, values] = await Promise.all([
    changesOf(searcher, indices, id),
    valuesAround(searcher, indices, row, now),
  ]);
  const rule = rules.find(({ name }) => name === row.rule);
  return {
    alert: {
      ...detailsOf(found.hits[0]),
      // An open alert comes from memory, where its threshold is not kept.
      ...(documented?.threshold !== undefined && { threshold: documented.threshold }),
      ...row,
    },
    changes: changes.list,
    values: values.list,
    ...(rule && { rule }),
    problems: [...new Set([...found.problems, ...changes.problems, ...values.problems])],
  };
}

async function changesOf(searcher: Documents, { transitions }: AlertIndices, episode: string) {
  const { hits, problems } = await searcher.search(transitions, {
    size: mostChanges,
    query: { bool: { filter: [{ term: { 'alert.episode': episode } }] } },
    sort: [{ '@timestamp': { order: 'asc', unmapped_type: 'date' } }],
  });
  // Changes at one time are told apart by their ids, which end in their numbers.
  const numberOf = ({ _source }: Hit) => Number(/\d+$/.exec(text(_source, 'event.id') ?? '')?.[0] ?? 0);
  return { list: hits.toSorted((a, b) => numberOf(a) - numberOf(b)).map(changeOf), problems };
}

async function valuesAround(searcher: Documents, { windows }: AlertIndices, row: AlertRow, now: Millis) {
  const { start, end = now } = row;
  const around = Math.max(margin, Math.min(end - start, 6 * 3_600_000));
  const { hits, problems } = await searcher.search(windows, {
    size: mostValues,
    query: {
      bool: {
        filter: [
          { term: { 'rule.name': row.rule } },
          groupIs(row.group),
          { range: { '@timestamp': { gte: start - around, lt: end + around, format: 'epoch_millis' } } },
        ],
      },
    },
    sort: [{ '@timestamp': { order: 'asc', unmapped_type: 'date' } }],
  });
  const list = hits.map(({ _source }) => {
    const value = number(_source, 'window.value');
    return { at: time(_source, 'window.end') ?? 0, ...(value !== undefined && { value }) };
  });
  return { list, problems };
}

/** Windows of a rule without groups have no `window.group`; earlier versions wrote an empty one. */
function groupIs(group: string): object {
  const equal = { term: { 'window.group': group } };
  if (group !== '') return equal;
  const none = { bool: { must_not: [{ exists: { field: 'window.group' } }] } };
  return { bool: { should: [equal, none], minimum_should_match: 1 } };
}

function rowOf({ _id, _source }: Hit): AlertRow {
  const optional = {
    end: time(_source, 'event.end'),
    threshold: number(_source, 'alert.threshold'),
    value: number(_source, 'alert.value'),
    peak: number(_source, 'alert.peak'),
    ...Object.fromEntries(copied.map((name) => [name, fieldOf(_source, `alert.${name}`)])),
  };
  return {
    id: _id,
    rule: text(_source, 'rule.name') ?? '',
    group: text(_source, 'alert.group') ?? '',
    severity: (text(_source, 'alert.severity') ?? 'info') as AlertRow['severity'],
    status: text(_source, 'alert.status') ?? '',
    start: time(_source, 'event.start') ?? 0,
    message: text(_source, 'message') ?? '',
    reason: text(_source, 'alert.reason') ?? '',
    condition: text(_source, 'alert.condition') ?? '',
    labels: (fieldOf(_source, 'labels') ?? {}) as Record<string, string>,
    ...Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined && value !== null),
    ),
  };
}

const copied = [
  ...['flapping', 'late', 'corrected', 'withdrawn'],
  ...['acknowledged', 'assigned', 'suppressed', 'verdict', 'notified'],
] as const;

function detailsOf(hit: Hit | undefined) {
  const source = hit?._source;
  const [from, to] = [time(source, 'window.start'), time(source, 'window.end')];
  const [runbook, url] = [text(source, 'rule.reference'), text(source, 'alert.url')];
  const samples = (fieldOf(source, 'alert.samples') ?? []) as Record<string, unknown>[];
  return {
    ...(from !== undefined && to !== undefined && { window: { from, to } }),
    ...(runbook !== undefined && { runbook }),
    ...(url !== undefined && { url }),
    omitted: number(source, 'alert.samples_omitted') ?? 0,
    samples: samples.map((sample) => ({
      at: time(sample, '@timestamp') ?? 0,
      message: text(sample, 'message') ?? '',
      ...(text(sample, 'host') !== undefined && { host: text(sample, 'host')! }),
      ...(sample.value !== undefined && { value: String(sample.value) }),
    })),
  };
}

function changeOf({ _source }: Hit): AlertChange {
  const value = number(_source, 'alert.value');
  return {
    at: time(_source, '@timestamp') ?? 0,
    from: text(_source, 'alert.from') ?? '',
    to: text(_source, 'alert.to') ?? '',
    reason: text(_source, 'alert.reason') ?? '',
    ...(value !== undefined && { value }),
  };
}

function text(of: unknown, name: string): string | undefined {
  const value = fieldOf(of, name);
  return typeof value === 'string' ? value : undefined;
}

function number(of: unknown, name: string): number | undefined {
  const value = fieldOf(of, name);
  return typeof value === 'number' ? value : undefined;
}

function time(of: unknown, name: string): Millis | undefined {
  const at = Date.parse(text(of, name) ?? '');
  return Number.isNaN(at) ? undefined : at;
}
