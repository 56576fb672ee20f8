import type { AlertAnswer, AlertRow, AlertsAnswer } from '../../dashboards/model.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { AlertView } from '../../telemetry/api/alerts.ts';
import { lengthText } from '../../util/figures.ts';
import { countOf, formatNumber, parseDuration, printable } from '../../util/text.ts';
import { type ApiSource, ask } from '../api-client.ts';
import { moment, timeFrom } from '../arguments.ts';
import { columns, type Terminal } from '../terminal.ts';
import { authorOf } from './silence.ts';
import { judged } from './verdicts.ts';

/** Options of `logboom alerts`. */
export interface AlertOptions {
  author?: string | undefined;
  comment?: string | undefined;
  to?: string | undefined;
  rule?: string | undefined;
  group?: string | undefined;
  start?: string | undefined;
  until?: string | undefined;
  open?: boolean | undefined;
  since?: string | undefined;
  json?: boolean | undefined;
}

/** The largest page of the API, and the most alerts that it finds. */
const pageSize = 500;
/** Changes and lines that the page of an alert shows. */
const mostLines = 20;

/** `logboom alerts [ACTION [ID…]|ID]`. Without words it lists open alerts; with an id it shows that alert. */
export async function alerts(
  source: ApiSource,
  [action = 'list', ...ids]: readonly string[],
  options: AlertOptions,
  terminal: Terminal,
): Promise<number> {
  if (action === 'list') return listAlerts(source, options, terminal);
  if (action === 'true' || action === 'false' || action === 'missed')
    return judged(source, [action, ...ids], { ...options, by: authorOf(options) }, terminal);
  if (action === 'acknowledge' || action === 'assign')
    return handled(source, [action, ...ids], options, terminal);
  if (ids.length === 0 && !/^[a-z]+$/.test(action)) return showAlert(source, action, options, terminal);
  throw new LogboomError(
    'USAGE',
    `There is no \`alerts ${action}\`. Known actions: list, acknowledge, assign, true, false, missed, and the id of an alert.`,
  );
}

async function handled(
  source: ApiSource,
  [action, ...ids]: readonly [action: 'acknowledge' | 'assign', ...ids: string[]],
  options: AlertOptions,
  terminal: Terminal,
): Promise<number> {
  if (ids.length === 0) throw new LogboomError('USAGE', `Name the alerts: logboom alerts ${action} ID…`);
  const { comment, to } = options;
  if (action === 'assign' && to === undefined) throw new LogboomError('USAGE', 'Name the person with --to.');
  const details = action === 'assign' ? { to } : comment === undefined ? {} : { comment };
  const body = { ids, by: authorOf(options), ...details };
  const { notOpen } = await ask<{ notOpen: string[] }>(source, `/alerts/${action}`, { body });
  const done = ids.length - notOpen.length;
  terminal.out(`${countOf(done, 'alert')} ${action === 'assign' ? `assigned to ${to}` : 'acknowledged'}.`);
  for (const id of notOpen) terminal.out(`There is no open alert ${printable(id)}.`);
  return notOpen.length === 0 ? 0 : 1;
}

/** Open alerts, or with `--since` those that were open at any time since then. */
async function listAlerts(source: ApiSource, options: AlertOptions, terminal: Terminal): Promise<number> {
  const { since, open, rule, json } = options;
  if (since !== undefined && !open) return listSince(source, since, options, terminal);
  const { alerts } = await ask<{ alerts: AlertView[] }>(source, '/alerts');
  const start = sinceOf(since);
  const wanted = alerts.filter(
    (alert) =>
      (rule === undefined || alert.rule === rule) &&
      (start === undefined || Date.parse(alert.since) >= start),
  );
  if (json) terminal.out(JSON.stringify(wanted, null, 2));
  else if (wanted.length === 0) terminal.out('No alert is open.');
  else
    terminal.out(
      columns([['id', 'severity', 'status', 'since', 'handled', 'message'], ...wanted.map(openRow)]),
    );
  return 0;
}

function openRow({ id, severity, status, since, message, ...alert }: AlertView): string[] {
  return [id, severity, status, moment(Date.parse(since)), handling(alert), message].map(printable);
}

/** What people and noise control have done about an alert. */
interface Handled {
  acknowledged?: { by: string } | undefined;
  assigned?: { to: string } | undefined;
  suppressed?: { reason: string }[] | undefined;
}

function handling({ acknowledged, assigned, suppressed }: Handled): string {
  return [
    ...(acknowledged ? [`acknowledged by ${acknowledged.by}`] : []),
    ...(assigned ? [`assigned to ${assigned.to}`] : []),
    ...(suppressed?.length ? [`held back: ${suppressed.at(-1)!.reason}`] : []),
  ].join('; ');
}

/** A duration, such as `2h` or `1d`, counts back from now; everything else is a time. */
function sinceOf(text: string | undefined): Millis | undefined {
  const ago = parseDuration(text ?? '');
  return ago === undefined ? timeFrom('since', text) : Math.max(0, Math.round(Date.now() - ago));
}

async function listSince(
  source: ApiSource,
  since: string,
  { rule, json }: AlertOptions,
  terminal: Terminal,
): Promise<number> {
  const query = { state: 'all', from: String(sinceOf(since)), limit: String(pageSize) };
  const rows: AlertRow[] = [];
  let [total, offset]: [number, number | undefined] = [0, 0];
  const problems = new Set<string>();
  while (offset !== undefined) {
    const named = rule === undefined ? {} : { rule };
    const asked = new URLSearchParams({ ...query, ...named, offset: String(offset) });
    const page: AlertsAnswer = await ask<AlertsAnswer>(source, `/api/alerts?${asked}`);
    rows.push(...page.alerts);
    for (const problem of page.problems) problems.add(problem);
    [total, offset] = [page.total, page.next];
  }
  if (json) terminal.out(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) terminal.out(`No alert was open since ${since}.`);
  else
    terminal.out(columns([['id', 'severity', 'status', 'start', 'lasted', 'message'], ...rows.map(pastRow)]));
  if (rows.length < total)
    terminal.err(`${total - rows.length} more alerts are not listed: name a later --since.`);
  for (const problem of problems) terminal.err(`The list may lack alerts: ${printable(problem)}`);
  return 0;
}

function pastRow({ id, severity, status, start, end, message }: AlertRow): string[] {
  const length = lengthText((end ?? Date.now()) - start);
  return [id, severity, status, moment(start), end === undefined ? `${length}, open` : length, message].map(
    printable,
  );
}

async function showAlert(
  source: ApiSource,
  id: string,
  { json }: AlertOptions,
  terminal: Terminal,
): Promise<number> {
  const answer = await ask<AlertAnswer | { error: string }>(
    source,
    `/api/alert?${new URLSearchParams({ id })}`,
    {
      accepted: [404],
    },
  );
  if ('error' in answer) {
    terminal.err(`There is no alert ${printable(id)}. \`logboom alerts --since 7d\` lists those of a week.`);
    return 1;
  }
  terminal.out(json ? JSON.stringify(answer, null, 2) : formatAlert(answer));
  return 0;
}

/** An alert as text: what it says, its values, its changes and its lines. Text of senders is escaped. */
function formatAlert({ alert, changes, problems }: AlertAnswer): string {
  const { start, end, value, peak, condition, labels } = alert;
  const known: [string, string | undefined][] = [
    ['id', alert.id],
    ['rule', alert.rule],
    ['group', alert.group || undefined],
    ['severity', alert.severity],
    ['status', alert.status],
    ['start', moment(start)],
    ['end', end === undefined ? undefined : `${moment(end)}, after ${lengthText(end - start)}`],
    ['condition', condition || undefined],
    ['value', value === undefined ? undefined : formatNumber(value)],
    ['peak', peak === undefined ? undefined : formatNumber(peak)],
    ['reason', alert.reason || undefined],
    ['handled', handling(alert) || undefined],
    [
      'labels',
      Object.entries(labels)
        .map(([name, text]) => `${name}=${text}`)
        .join(', ') || undefined,
    ],
    ['runbook', alert.runbook],
    ['Discover', alert.url],
  ];
  const rows = known.flatMap(([name, text]) => (text === undefined ? [] : [[name, printable(text)]]));
  const history = changes
    .slice(-mostLines)
    .map(({ at, from, to, reason }) => [moment(at), `${from} → ${to}`, reason].map(printable));
  const lines = alert.samples
    .slice(0, mostLines)
    .map((sample) => [moment(sample.at), printable(sample.message)]);
  const omitted = alert.omitted + alert.samples.length - lines.length;
  return [
    printable(alert.message),
    columns(rows),
    ...(history.length > 0 ? [`changes\n${columns(history)}`] : []),
    ...(lines.length > 0 ? [`lines\n${columns(lines)}`] : []),
    ...(omitted > 0 ? [`${countOf(omitted, 'line')} more not shown`] : []),
    ...problems.map((problem) => `The page may lack parts: ${printable(problem)}`),
    `logboom explain ${printable(alert.id)} says why it was raised.`,
  ].join('\n\n');
}
