import type { Episode, Handling, Millis, Verdict } from '../../model.ts';
import type { Outbox } from '../../notifiers/outbox.ts';
import { formatDuration, printable } from '../../util/text.ts';
import { withOutbox } from '../with-outbox.ts';
import type { Question } from './question.ts';

/** What people and noise control did with the alert of a question, in words: who was notified and when, who holds it, and why nobody was notified. */
export async function handlingRemarks(
  data: string,
  { alert, rule, at }: Question,
  group: string,
  decided?: Millis,
): Promise<string[]> {
  return withOutbox(data, [], (outbox) => {
    const id = alert ?? episodeAt(outbox, rule, group, at)?.id;
    const handling = id === undefined ? undefined : outbox.alerts.handlingOf(id);
    return handling === undefined ? [] : [...notifiedSentences(handling, decided), ...remarksOf(handling)];
  });
}

/** What was done with each of the alerts, by id. */
export function handlingOf(data: string, ids: readonly string[]): Promise<Map<string, Handling>> {
  return withOutbox(data, new Map(), (outbox) => {
    const found = ids.flatMap((id) => {
      const handling = outbox.alerts.handlingOf(id);
      return handling === undefined ? [] : [[id, handling] as const];
    });
    return new Map(found);
  });
}

/** What people said about alerts. */
export function verdictsIn(data: string): Promise<Verdict[]> {
  return withOutbox(data, [], (outbox) => outbox.verdicts.list());
}

/** Who was notified when and with what result; `since`: the event time of the line after which it is measured. */
export function notifiedSentences({ notified = [] }: Handling, since: Millis | undefined): string[] {
  return notified.map(({ at, notifier, status, refused }) => {
    const after = since === undefined || at < since ? '' : `, ${formatDuration(at - since)} after the line`;
    const what = `the message that it is ${status}`;
    if (refused === undefined) return `At ${iso(at)}${after}, ${notifier} accepted ${what}.`;
    return `At ${iso(at)}${after}, ${notifier} did not accept ${what}: ${printable(refused)}.`;
  });
}

function episodeAt({ alerts }: Outbox, rule: string, group: string, at: Millis): Episode | undefined {
  for (const { episode } of alerts.changesAfter(0)) {
    const { start, end = Number.POSITIVE_INFINITY } = episode;
    if (episode.rule === rule && episode.group === group && start <= at && at <= end) return episode;
  }
  return undefined;
}

function remarksOf({ acknowledged, assigned, verdict, suppressed = [] }: Handling): string[] {
  const comment = acknowledged?.comment === undefined ? '' : `: ${acknowledged.comment}`;
  return [
    ...suppressed.map(({ at, notifier, reason }) => `At ${iso(at)} ${notifier} was not notified: ${reason}.`),
    ...(acknowledged ? [`At ${iso(acknowledged.at)} ${acknowledged.by} acknowledged it${comment}.`] : []),
    ...(assigned ? [`At ${iso(assigned.at)} ${assigned.by} assigned it to ${assigned.to}.`] : []),
    ...(verdict ? [`At ${iso(verdict.at)} ${verdict.by} called it a ${verdict.verdict} alert.`] : []),
  ].map(printable);
}

const iso = (time: Millis) => new Date(time).toISOString();
