import type { Episode, Notification, Transition } from '../model.ts';
import { documentOf } from './render/document.ts';
import { chartOf, mailOf } from './render/html.ts';
import { textOf } from './render/markdown.ts';
import { titleOf } from './render/words.ts';
import type { Report } from './report.ts';

/** A report as a message to a notifier. The alert in it stands for none: it is over, and nothing of it stays open anywhere. */
export function reportNotification(
  report: Report,
  notifier: string,
  { top, recipients }: { top: number; recipients?: readonly string[] | undefined },
): Notification {
  const { id, name, from, to, figures } = report;
  const title = titleOf(report);
  const common = {
    ...{ rule: name, group: '', by: {}, window: { start: from, end: to }, value: undefined },
    ...{ count: figures.events, condition: '', reason: title, message: title, severity: 'info' as const },
  };
  const transition: Transition = { ...common, id, episode: id, from: 'active', to: 'inactive', at: to };
  const episode: Episode = {
    ...{
      ...common,
      id,
      status: 'inactive',
      start: from,
      end: to,
      detected: undefined,
      updated: to,
      peak: undefined,
    },
    ...{ samples: [], revision: 1, lateCount: 0, flapping: false, labels: {}, runbook: undefined },
  };
  const chart = chartOf(report);
  return {
    ...{ id: `${id}-${notifier}`, notifier, at: to, transition, episode },
    ...(recipients && { recipients: [...recipients] }),
    report: {
      ...{ title, text: textOf(report, top), html: mailOf(report, top), document: documentOf(report) },
      ...(chart !== undefined && { chart }),
    },
  };
}
