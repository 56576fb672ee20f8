import { isLoopback } from '../../listeners/guard.ts';
import { piecesOf, problemInIndex, problemInName, problemInPattern } from '../../util/field-pattern.ts';
import { type Path, type Problem, problem } from '../load/problems.ts';
import { parseHost } from '../schema/forward.ts';
import type { Config } from '../schema/schema.ts';

/** Settings that would make Elasticsearch refuse every document. */
export function destination({ indexing }: Config): Problem[] {
  if (indexing.index !== undefined) return [];
  const wrong = (name: 'action' | 'routing', what: string) =>
    problem(['indexing', name], what, `Set \`indexing.index\` to write into indices, or remove \`${name}\`.`);
  return [
    ...(indexing.action === 'index'
      ? [wrong('action', 'Data streams accept only the action `create`.')]
      : []),
    ...(indexing.routing === undefined
      ? []
      : [wrong('routing', 'Data streams refuse documents with a routing value.')]),
  ];
}

const inNames = 'Write lower-case letters, digits, `.` and `_`';

/** Names that Elasticsearch refuses. Only literal text is checked: values of events are converted to valid names. */
export function names({ indexing }: Config): Problem[] {
  const { alerts, index } = indexing;
  const found: Problem[] = [];
  const say = (name: string, what: string | undefined, remedy: string) => {
    if (what !== undefined) found.push(problem(['indexing', name], what, remedy));
  };
  const wrongAlerts = problemInIndex(alerts);
  say('alerts', wrongAlerts && `\`${alerts}\` is not a valid index name: it ${wrongAlerts}.`, `${inNames}.`);
  for (const part of ['namespace', 'dataset'] as const) {
    const text = indexing[part];
    const what = problemInPart(text);
    say(
      part,
      what && `\`${text}\` is not valid in the name of a data stream: it ${what}.`,
      `${inNames}, without \`-\`.`,
    );
  }
  const wrongIndex = index === undefined ? undefined : problemInLiterals(index);
  say(
    'index',
    wrongIndex && `This is not a valid index name: ${wrongIndex}.`,
    `${inNames} between the fields.`,
  );
  return found;
}

function problemInPart(text: string): string | undefined {
  if (text.includes('-')) return 'contains `-`, which separates the parts of a name';
  if (Buffer.byteLength(text) > 100) return 'is longer than 100 bytes';
  return problemInIndex(text);
}

function problemInLiterals(pattern: string): string | undefined {
  const texts = piecesOf(pattern).flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []));
  for (const text of texts) {
    const what = problemInName(text);
    if (what !== undefined) return `\`${text}\` ${what}`;
  }
  return /^[-_+]/.test(pattern) ? `it begins with \`${pattern[0]}\`` : undefined;
}

/** Patterns with a syntax error: no event could fill them. */
export function patterns({ indexing }: Config): Problem[] {
  const settings = ['index', 'document_id', 'routing', 'pipeline'] as const;
  return settings.flatMap((name) => {
    const what = indexing[name] === undefined ? undefined : problemInPattern(indexing[name]);
    const remedy = 'Write fields as %{[a][b]} and dates as %{+yyyy.MM.dd}.';
    return what === undefined ? [] : [problem(['indexing', name], `${what}.`, remedy)];
  });
}

export function forward({ forward: target, inputs: { lumberjack } }: Config): Problem[] {
  if (!target) return [];
  const found = target.hosts.flatMap((text, index) => {
    const { host, port } = parseHost(text)!;
    if (port !== lumberjack.port || !(isLoopback(host) || host === lumberjack.host)) return [];
    const message = `${text} is the Lumberjack input of logboom itself: events would loop.`;
    return [problem(['forward', 'hosts', index], message, 'Set the address of Logstash.')];
  });
  const { certificate, key } = target.ssl ?? {};
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? 'key' : 'certificate';
    const message = `A client certificate needs \`certificate\` and \`key\`; \`${missing}\` is missing.`;
    found.push(problem(['forward', 'ssl', missing], message, 'Set the path of the PEM file.'));
  }
  return found;
}

/** Durations that must be greater than 0. */
export function forwardLengths({ forward }: Config): [Path, number][] {
  if (!forward) return [];
  return [
    [['forward', 'timeout'], forward.timeout],
    [['forward', 'backoff', 'init'], forward.backoff.init],
  ];
}
