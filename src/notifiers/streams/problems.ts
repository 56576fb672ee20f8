import { type Path, type Problem, problem } from '../../config/load/problems.ts';
import { notifierProblem } from '../../config/schema/routing.ts';
import type { StreamConfig } from '../../config/schema/streams.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { NotifierConfig } from '../kinds/index.ts';

interface Checked {
  streams: Record<string, StreamConfig>;
  notifiers: Record<string, NotifierConfig>;
  rules: readonly { name: string }[];
}

/** Kinds that keep incidents or alerts, to which an output is neither. */
const withoutStreams = ['pagerduty', 'alertmanager'];

/** Everything in the streams that no single setting shows. */
export function streamProblems({ streams, notifiers, rules }: Checked): Problem[] {
  return Object.entries(streams).flatMap(([name, stream]) => {
    const at: Path = ['streams', name];
    const names = rules.map((rule) => rule.name);
    const unknown = (stream.rules ?? []).flatMap((rule, place) =>
      names.includes(rule)
        ? []
        : [
            problem(
              [...at, 'rules', place],
              `There is no rule \`${rule}\`${didYouMean(rule, names) || '.'}`,
              'Write the names of rules.',
            ),
          ],
    );
    return [...usageProblem(stream.notifier, [...at, 'notifier'], notifiers), ...unknown];
  });
}

function usageProblem(name: string, at: Path, notifiers: Checked['notifiers']): Problem[] {
  const unknown = notifierProblem(name, notifiers);
  if (unknown) return [problem(at, unknown.message, unknown.remedy)];
  const settings = notifiers[name] ?? { kind: 'log' as const };
  if (withoutStreams.includes(settings.kind))
    return [
      problem(
        at,
        `A notifier of the kind \`${settings.kind}\` sends alerts only.`,
        'Use a webhook, a file, a command, a module or Kafka.',
      ),
    ];
  if (!('rate_limit' in settings) || settings.rate_limit === undefined) return [];
  return [
    problem(
      at,
      `The notifier \`${name}\` has a limit of messages, which a stream would exceed.`,
      'Declare a notifier without `rate_limit` for the stream.',
    ),
  ];
}
