import { LogboomError } from '../../errors.ts';
import { countOf, printable } from '../../util/text.ts';
import { type ApiSource, ask } from '../api-client.ts';
import { timeFrom } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';

/** The options of a verdict. `by`: who says it. */
interface VerdictOptions {
  comment?: string | undefined;
  rule?: string | undefined;
  group?: string | undefined;
  start?: string | undefined;
  until?: string | undefined;
}

/** `logboom alerts true|false ID…` and `logboom alerts missed`: 0, or 1 where an id is not known. */
export async function judged(
  source: ApiSource,
  [verdict, ...ids]: readonly [verdict: 'true' | 'false' | 'missed', ...ids: string[]],
  options: VerdictOptions & { by: string },
  terminal: Terminal,
): Promise<number> {
  const said = { by: options.by, ...(options.comment !== undefined && { comment: options.comment }) };
  if (verdict === 'missed') return missed(source, said, options, terminal);
  if (ids.length === 0) throw new LogboomError('USAGE', `Name the alerts: logboom alerts ${verdict} ID…`);
  const { unknown } = await ask<{ unknown: string[] }>(source, '/alerts/verdict', {
    body: { ids, verdict, ...said },
  });
  terminal.out(`${countOf(ids.length - unknown.length, 'alert')} marked as ${verdict}.`);
  for (const id of unknown) terminal.out(`There is no alert ${printable(id)}.`);
  return unknown.length === 0 ? 0 : 1;
}

async function missed(
  source: ApiSource,
  said: object,
  { rule, group, start, until }: VerdictOptions,
  terminal: Terminal,
): Promise<number> {
  const [from, end] = [timeFrom('start', start), timeFrom('until', until)];
  if (rule === undefined || from === undefined)
    throw new LogboomError(
      'USAGE',
      'Name the rule and the time: logboom alerts missed --rule RULE --start TIME.',
    );
  const incident = {
    rule,
    start: from,
    ...(group !== undefined && { group }),
    ...(end !== undefined && { end }),
  };
  const { id } = await ask<{ id: string }>(source, '/alerts/missed', { body: { ...incident, ...said } });
  terminal.out(`Noted as ${printable(id)}.`);
  return 0;
}
