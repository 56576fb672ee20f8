import { piecesOf, problemInPattern } from '../../util/field-pattern.ts';
import { problemInIndex, problemInName } from '../../util/index-name.ts';
import { type Problem, problem } from '../load/problems.ts';
import type { Config } from '../schema/schema.ts';

/** What Elasticsearch would refuse for each document, one by one. */
export function destination({ indexing }: Config): Problem[] {
  if (indexing.index !== undefined) return [];
  const wrong = (name: 'action' | 'routing', what: string) =>
    problem(['indexing', name], what, `Set \`indexing.index\` to write into indices, or remove \`${name}\`.`);
  return [
    ...(indexing.action === 'index'
      ? [wrong('action', 'Data streams take documents by `create` alone.')]
      : []),
    ...(indexing.routing === undefined
      ? []
      : [wrong('routing', 'Data streams refuse a routing value of their documents.')]),
  ];
}

const inNames = 'Write small letters, digits, `.` and `_`';

/** Names that no index can have; what an event fills in is made fit for one. */
export function names({ indexing }: Config): Problem[] {
  const { alerts, index } = indexing;
  const found: Problem[] = [];
  const say = (name: string, what: string | undefined, remedy: string) => {
    if (what !== undefined) found.push(problem(['indexing', name], what, remedy));
  };
  const wrongAlerts = problemInIndex(alerts);
  say('alerts', wrongAlerts && `No index can be called \`${alerts}\`: it ${wrongAlerts}.`, `${inNames}.`);
  for (const part of ['namespace', 'dataset'] as const) {
    const text = indexing[part];
    const what = problemInPart(text);
    say(
      part,
      what && `No data stream can have \`${text}\` in its name: it ${what}.`,
      `${inNames}, without \`-\`.`,
    );
  }
  const wrongIndex = index === undefined ? undefined : problemInLiterals(index);
  say('index', wrongIndex && `No index can be called so: ${wrongIndex}.`, `${inNames} beside the fields.`);
  return found;
}

function problemInPart(text: string): string | undefined {
  if (text.includes('-')) return 'has a `-` in it, which is between the parts of a name';
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

/** Patterns that would stand in names as they are written, for nothing fills them. */
export function patterns({ indexing }: Config): Problem[] {
  const settings = ['index', 'document_id', 'routing', 'pipeline'] as const;
  return settings.flatMap((name) => {
    const what = indexing[name] === undefined ? undefined : problemInPattern(indexing[name]);
    const remedy = 'Write fields as %{[a][b]} and dates as %{+yyyy.MM.dd}.';
    return what === undefined ? [] : [problem(['indexing', name], `${what}.`, remedy)];
  });
}
