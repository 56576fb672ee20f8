import { problemInDate } from './date-pattern.ts';

/**
 * A piece of a text such as `%{[@metadata][beat]}-%{+yyyy.MM.dd}`, as Logstash and Beats write it, with its own `text`.
 * `otherwise` stands where an event lacks the field, as in Beats (`%{[fields.app]:none}`).
 */
export type PatternPiece =
  | { kind: 'text'; text: string }
  | { kind: 'field'; text: string; path: string[]; otherwise?: string }
  | { kind: 'date'; text: string; format: string };

/** `%{field}`, `%{a.b}`, `%{[a][b]}`, `%{[a.b]}`, `%{[@metadata][beat]}` and `%{+yyyy.MM.dd}`; all else is text. */
export function piecesOf(pattern: string): PatternPiece[] {
  return pattern
    .split(/(%\{[^}]*\})/)
    .filter(Boolean)
    .map(pieceOf);
}

function pieceOf(text: string): PatternPiece {
  const inner = /^%\{(.+)\}$/s.exec(text)?.[1];
  if (inner === undefined) return { kind: 'text', text };
  if (inner.startsWith('+')) return { kind: 'date', text, format: inner.slice(1) };
  const [, brackets, otherwise] = /^((?:\[[^\]]*\])+)(?::(.*))?$/s.exec(inner) ?? [];
  const names = brackets === undefined ? [inner] : brackets.slice(1, -1).split('][');
  const path = names.join('.').split('.');
  return { kind: 'field', text, path, ...(otherwise && { otherwise }) };
}

/** What is wrong with a pattern, in words; undefined where nothing is. */
export function problemInPattern(pattern: string): string | undefined {
  for (const piece of piecesOf(pattern)) {
    const problem =
      piece.kind === 'date'
        ? problemInDate(piece.format)
        : piece.kind === 'field'
          ? problemInField(piece.path)
          : problemInText(piece.text);
    if (problem !== undefined) return `\`${piece.text}\` ${problem}`;
  }
  return undefined;
}

function problemInField(path: string[]): string | undefined {
  if (path[0]?.startsWith('{'))
    return 'is a date in another way of writing; write for example %{+yyyy.MM.dd}';
  return path.some((name) => name === '') ? 'names no field' : undefined;
}

function problemInText(text: string): string | undefined {
  return text.includes('%{') ? 'begins a field that does not end, or names none' : undefined;
}
