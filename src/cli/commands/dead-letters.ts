import { LogboomError } from '../../errors.ts';
import { foldersOf } from '../../readers/reader-port.ts';
import { filesOf } from '../../sinks/elasticsearch/dead-letters/files.ts';
import type { StoredDeadLetter } from '../../sinks/elasticsearch/dead-letters/records.ts';
import { readDeadLetters } from '../../sinks/elasticsearch/dead-letters/records.ts';
import { type DeadLetterFilter, deadLetterSelector } from '../../sinks/elasticsearch/dead-letters/retry.ts';
import { cutToLength, printable, withEllipsis } from '../../util/text.ts';
import { moment, timeFrom } from '../arguments.ts';
import { type ConfigArguments, validConfig } from '../configuration.ts';
import { progressOn } from '../progress.ts';
import { columns, type Terminal } from '../terminal.ts';
import { type Resolution, retryOrDrop } from './retry-or-drop.ts';

export interface DeadLettersArguments extends ConfigArguments {
  action: string;
  ids: string[];
  index?: string | undefined;
  reason?: string | undefined;
  since?: string | undefined;
  all?: boolean | undefined;
  json?: boolean | undefined;
  token?: string | undefined;
}

const actions = { list, show, retry: resolve, drop: resolve };

/** `logboom dead-letters list | show | retry | drop`: 0 if it was done, 1 if there is no such dead letter. */
export async function deadLetters(given: DeadLettersArguments, terminal: Terminal): Promise<number> {
  const { action } = given;
  if (!Object.hasOwn(actions, action)) {
    const known = Object.keys(actions).join(', ');
    throw new LogboomError('USAGE', `There is no \`dead-letters ${action}\`. Known actions: ${known}.`);
  }
  return actions[action as keyof typeof actions](given, terminal);
}

function filterFrom({ ids, index, reason, since }: DeadLettersArguments): DeadLetterFilter {
  const from = timeFrom('since', since);
  return {
    ...(ids.length > 0 && { ids }),
    ...(index !== undefined && { index }),
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { since: new Date(from).toISOString() }),
  };
}

/** The dead letters, oldest first. Reading needs no server and does not disturb one. */
async function* lettersOf(given: DeadLettersArguments): AsyncGenerator<StoredDeadLetter> {
  const chosen = deadLetterSelector(filterFrom(given));
  const { deadLetters: file } = foldersOf(validConfig(given).data);
  for (const path of filesOf(file).reverse())
    for await (const letter of readDeadLetters(path)) if (chosen(letter)) yield letter;
}

/** Largest number of rows; the newest are shown. */
const shown = 100;
const longestReason = 160;

async function list(given: DeadLettersArguments, terminal: Terminal): Promise<number> {
  const latest: StoredDeadLetter[] = [];
  let count = 0;
  for await (const letter of lettersOf(given)) {
    count += 1;
    if (given.json) terminal.out(JSON.stringify(jsonOf(letter)));
    else latest.push(letter);
    if (latest.length > shown) latest.shift();
  }
  if (!given.json) terminal.out(tableOf(latest, count));
  return 0;
}

function tableOf(deadLetters: StoredDeadLetter[], count: number): string {
  if (count === 0) return 'There are no such dead letters.';
  const rows = deadLetters.map(({ time, id, index, reason }) => [
    moment(Date.parse(time)),
    ...[id, index, brief(reason)].map(printable),
  ]);
  const table = columns([['refused', 'id', 'index', 'reason'], ...rows]);
  const more =
    count > deadLetters.length ? ` (the ${deadLetters.length} newest are shown; --json prints all)` : '';
  return `${table}\n${count === 1 ? 'One dead letter' : `${count} dead letters`}${more}.`;
}

const brief = (text: string) => withEllipsis(cutToLength(text, longestReason), text);

/** A body that is not text is shown in base64. */
function jsonOf({ body, ...letter }: StoredDeadLetter) {
  return typeof body === 'string' ? { ...letter, body } : { ...letter, base64: body.toString('base64') };
}

async function show(given: DeadLettersArguments, terminal: Terminal): Promise<number> {
  if (given.ids.length === 0)
    throw new LogboomError('USAGE', '`dead-letters show` needs the ID of a dead letter.');
  let count = 0;
  for await (const letter of lettersOf(given)) {
    count += 1;
    terminal.out(given.json ? JSON.stringify(jsonOf(letter), null, 2) : textOf(letter));
  }
  if (count === 0) terminal.err('There is no such dead letter. `logboom dead-letters list` shows all.');
  return count === 0 ? 1 : 0;
}

/** A dead letter as text. The body comes from senders, so control characters are escaped. */
function textOf({ time, id, index, reason, body }: StoredDeadLetter): string {
  const head = columns(
    [
      ['id', id],
      ['refused', time],
      ['index', index],
      ['reason', reason],
    ].map((row) => row.map(printable)),
    '',
  );
  const lines = indented(body).split('\n').map(printable);
  return `${head}\n\n${lines.join('\n')}\n`;
}

function indented(body: StoredDeadLetter['body']): string {
  const text = typeof body === 'string' ? body : `${body.toString('base64')} (base64)`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function resolve(given: DeadLettersArguments, terminal: Terminal): Promise<number> {
  const { action, json } = given;
  const filter = filterFrom(given);
  if (Object.keys(filter).length === 0 && !given.all)
    throw new LogboomError(
      'USAGE',
      `\`dead-letters ${action}\` needs ids, a filter (--index, --reason, --since), or --all.`,
    );
  // A document that is refused again meanwhile is a new dead letter and not selected.
  const before = new Date().toISOString();
  const wanted = { ...filter, before, ...(given.all && { all: true as const }) };
  let count = 0;
  for await (const _ of lettersOf(given)) count += 1;
  const progress = progressOn(terminal, (done) => `${done} of ${count} dead letters`);
  const onProgress = (done: number) => progress(done / Math.max(count, 1), done);
  const config = validConfig(given);
  const outcome = await retryOrDrop(action as 'retry' | 'drop', wanted, config, given.token, onProgress);
  progress.end();
  terminal.out(json ? JSON.stringify(outcome) : sentenceOf(outcome));
  if (given.ids.length > 0 && numberOf(outcome) === 0) {
    terminal.err(`There is no such dead letter${action === 'retry' ? ' that can be sent' : ''}.`);
    return 1;
  }
  return outcome.kind === 'retried' && outcome.deadLettered > 0 ? 1 : 0;
}

function numberOf(resolution: Resolution): number {
  if (resolution.kind === 'dropped') return resolution.dropped;
  return resolution.indexed + resolution.duplicates + resolution.deadLettered;
}

const deadLettersIn = (count: number) => (count === 1 ? '1 dead letter' : `${count} dead letters`);

function sentenceOf(resolution: Resolution): string {
  if (resolution.kind === 'dropped') return `${deadLettersIn(resolution.dropped)} dropped.`;
  const { indexed, duplicates, deadLettered } = resolution;
  const known = duplicates > 0 ? `, ${duplicates} in the index already` : '';
  const again = deadLettered > 0 ? `, ${deadLettered} refused again, and kept with the new reason` : '';
  return `${deadLettersIn(indexed)} delivered${known}${again}.`;
}
