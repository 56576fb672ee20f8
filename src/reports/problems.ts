import { type Path, type Problem, problem } from '../config/load/problems.ts';
import type { ReportConfig } from '../config/schema/reports.ts';
import { notifierProblem, recipientProblem } from '../config/schema/routing.ts';
import type { Config } from '../config/schema/schema.ts';
import { messageOf } from '../errors.ts';
import { isZone } from '../util/zone.ts';
import { formOf } from './render/forms.ts';
import { scheduleOf } from './schedule.ts';

type Checked = Pick<Config, 'reports' | 'notifiers' | 'people'>;

/** Kinds that keep incidents or alerts, to which a report is neither. */
const withoutReports = ['pagerduty', 'alertmanager'];

/** Everything in the reports that no single setting shows. `compileQuery` throws where a text is no query. */
export const reportProblems =
  (compileQuery: (text: string) => unknown) =>
  (config: Checked): Problem[] =>
    Object.entries(config.reports).flatMap(([name, report]) => {
      const at: Path = ['reports', name];
      return [
        ...scheduleProblems(report, at),
        ...(['query', 'errors'] as const).flatMap((setting) => {
          const text = report[setting];
          return text === undefined
            ? []
            : attempt([...at, setting], () => compileQuery(text), 'Write KQL as in Kibana.');
        }),
        ...report.notify.flatMap((notifier, place) =>
          usageProblem(notifier, [...at, 'notify', place], config),
        ),
        ...(report.recipients ?? []).flatMap((one, place) => {
          const wrong = recipientProblem(one, config.people);
          return wrong ? [problem([...at, 'recipients', place], wrong.message, wrong.remedy)] : [];
        }),
        ...report.files.flatMap((path, place) => fileProblem(path, [...at, 'files', place])),
        ...goesNowhere(report, at),
      ];
    });

function scheduleProblems({ every, cron, zone }: ReportConfig, at: Path): Problem[] {
  if (!isZone(zone))
    return [
      problem(
        [...at, 'zone'],
        `\`${zone}\` is not a time zone.`,
        'Write an IANA time zone name, such as `Europe/Berlin`.',
      ),
    ];
  if (every !== undefined && cron !== undefined)
    return [problem([...at, 'cron'], 'Both `every` and `cron` are set.', 'Keep one of them.')];
  const remedy =
    cron === undefined
      ? 'Write `hourly`, `daily`, `weekly`, `monthly`, or a duration that divides a day, such as `5m` or `6h`.'
      : 'Write five fields: minute, hour, day of the month, month, day of the week, such as `0 8 * * 1-5`.';
  return attempt(
    [...at, cron === undefined ? 'every' : 'cron'],
    () => scheduleOf({ every, cron, zone }),
    remedy,
  );
}

function usageProblem(name: string, at: Path, { notifiers }: Checked): Problem[] {
  const unknown = notifierProblem(name, notifiers);
  if (unknown) return [problem(at, unknown.message, unknown.remedy)];
  const kind = notifiers[name]?.kind ?? 'log';
  if (!withoutReports.includes(kind)) return [];
  return [
    problem(
      at,
      `A notifier of the kind \`${kind}\` sends alerts only, and a report is none.`,
      'Use one that writes to people, a webhook or a file.',
    ),
  ];
}

function fileProblem(path: string, at: Path): Problem[] {
  const unknown = [...path.matchAll(/\{([^}]*)\}/g)]
    .map(([, name]) => name!)
    .filter((name) => !['name', 'from'].includes(name));
  if (unknown.length > 0)
    return [problem(at, `A path knows no \`{${unknown[0]}}\`.`, 'Use `{name}` and `{from}`.')];
  if (formOf(path) !== undefined) return [];
  return [
    problem(at, 'The name does not say the form of the report.', 'End it with .html, .md, .json or .txt.'),
  ];
}

function goesNowhere({ notify, files, index }: ReportConfig, at: Path): Problem[] {
  if (notify.length + files.length > 0 || index) return [];
  return [problem(at, 'Nobody gets this report.', 'Set `notify` or `files`, or leave `index` on.')];
}

function attempt(path: Path, act: () => unknown, remedy: string): Problem[] {
  try {
    act();
    return [];
  } catch (error) {
    const reason = messageOf(error);
    return [problem(path, /[.!]$/.test(reason) ? reason : `${reason}.`, remedy)];
  }
}
