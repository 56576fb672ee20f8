import { userInfo } from 'node:os';
import { LogboomError } from '../../errors.ts';
import type { SilenceView } from '../../telemetry/api/alerts.ts';
import { printable } from '../../util/text.ts';
import { type ApiSource, ask } from '../api-client.ts';
import { moment, timeFrom } from '../arguments.ts';
import { columns, type Terminal } from '../terminal.ts';

/** Options of `logboom silence`. */
export interface SilenceOptions {
  author?: string | undefined;
  comment?: string | undefined;
  duration?: string | undefined;
  start?: string | undefined;
  until?: string | undefined;
  query?: string | undefined;
  'until-resolved'?: boolean | undefined;
  'end-on-new-group'?: boolean | undefined;
  all?: boolean | undefined;
  json?: boolean | undefined;
}

/** `logboom silence ACTION [MATCHER…|ID…]`. */
export async function silence(
  source: ApiSource,
  [action, ...names]: readonly string[],
  options: SilenceOptions,
  terminal: Terminal,
): Promise<number> {
  if (action === 'add') return print(await added(source, names, options), options, terminal);
  if (action === 'list') return print(await listed(source, options), options, terminal);
  if (action === 'expire') return print(await expired(source, names, options), options, terminal);
  throw new LogboomError(
    'USAGE',
    `There is no \`silence ${action ?? ''}\`. Known actions: add, list, expire.`,
  );
}

async function added(
  source: ApiSource,
  matchers: readonly string[],
  options: SilenceOptions,
): Promise<SilenceView[]> {
  const { comment, query, duration } = options;
  if (comment === undefined)
    throw new LogboomError('USAGE', 'A silence needs a reason. Write one with --comment.');
  const [startsAt, endsAt] = [timeFrom('start', options.start), timeFrom('until', options.until)];
  const request = {
    ...{ matchers, comment, author: authorOf(options) },
    ...(query !== undefined && { query }),
    ...(duration !== undefined && { duration }),
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
    ...(options['until-resolved'] && { untilResolved: true }),
    ...(options['end-on-new-group'] && { endsOnNewGroup: true }),
  };
  return [(await ask<{ silence: SilenceView }>(source, '/silences', { body: request })).silence];
}

async function listed(source: ApiSource, { all }: SilenceOptions): Promise<SilenceView[]> {
  const { silences } = await ask<{ silences: SilenceView[] }>(source, '/silences');
  return silences.filter(({ state }) => all || state !== 'expired');
}

async function expired(
  source: ApiSource,
  ids: readonly string[],
  options: SilenceOptions,
): Promise<SilenceView[]> {
  if (ids.length === 0)
    throw new LogboomError('USAGE', 'Name the silences to end: logboom silence expire ID…');
  const body = { ids, by: authorOf(options) };
  return (await ask<{ silences: SilenceView[] }>(source, '/silences/expire', { body })).silences;
}

export const authorOf = ({ author }: Pick<SilenceOptions, 'author'>): string => author ?? userInfo().username;

function print(silences: readonly SilenceView[], { json }: SilenceOptions, terminal: Terminal): number {
  if (json) terminal.out(JSON.stringify(silences, null, 2));
  else if (silences.length === 0) terminal.out('There are no silences.');
  else
    terminal.out(
      columns([['id', 'state', 'ends', 'alerts', 'by', 'matches', 'comment'], ...silences.map(silenceRow)]),
    );
  return 0;
}

function silenceRow(one: SilenceView): string[] {
  const matches = [...one.matchers, ...(one.query === undefined ? [] : [one.query])].join(', ');
  const end = one.untilResolved ? 'when resolved' : moment(Date.parse(one.endsAt));
  const reason = one.endReason === undefined ? '' : ` (${one.endReason})`;
  return [one.id, one.state, end, `${one.alerts}`, one.author, matches, one.comment + reason].map(printable);
}
