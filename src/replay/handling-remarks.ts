import { existsSync } from 'node:fs';
import type { Episode, Handling, Millis } from '../model.ts';
import { Outbox } from '../notifiers/outbox.ts';
import { foldersOf } from '../readers/reader-port.ts';
import { printable } from '../util/text.ts';
import type { Question } from './question.ts';

/** What people and noise control did with the alert of a question, in words: who holds it, and why nobody was notified. */
export async function handlingRemarks(
  data: string,
  { alert, rule, at }: Question,
  group: string,
): Promise<string[]> {
  const { outbox: folder } = foldersOf(data);
  if (!existsSync(`${folder}/outbox.mdb`)) return [];
  const outbox = new Outbox(folder);
  try {
    const id = alert ?? episodeAt(outbox, rule, group, at)?.id;
    const handling = id === undefined ? undefined : outbox.alerts.handlingOf(id);
    return handling === undefined ? [] : remarksOf(handling);
  } finally {
    await outbox.close();
  }
}

function episodeAt({ alerts }: Outbox, rule: string, group: string, at: Millis): Episode | undefined {
  for (const { episode } of alerts.changesAfter(0)) {
    const { start, end = Number.POSITIVE_INFINITY } = episode;
    if (episode.rule === rule && episode.group === group && start <= at && at <= end) return episode;
  }
  return undefined;
}

function remarksOf({ acknowledged, assigned, suppressed = [] }: Handling): string[] {
  const comment = acknowledged?.comment === undefined ? '' : `: ${acknowledged.comment}`;
  return [
    ...suppressed.map(({ at, notifier, reason }) => `At ${iso(at)} ${notifier} was not notified: ${reason}.`),
    ...(acknowledged ? [`At ${iso(acknowledged.at)} ${acknowledged.by} acknowledged it${comment}.`] : []),
    ...(assigned ? [`At ${iso(assigned.at)} ${assigned.by} assigned it to ${assigned.to}.`] : []),
  ].map(printable);
}

const iso = (time: Millis) => new Date(time).toISOString();
