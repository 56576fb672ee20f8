import { type Clause, type Member, maxNesting, SyntaxProblem } from './clauses.ts';

/** Whether all members of a group have the same occurrence. */
const isRow = (members: Member[], occurs: Member['occurs']) =>
  members.length > 0 && members.every((member) => member.occurs === occurs);

/**
 * The syntax of `simple_query_string`: words, `"phrases"`, `prefix*`, `+`, `|`, `-` and
 * parentheses. It has no syntax errors: an operator without an operand is skipped, and an open
 * quote or parenthesis ends with the text.
 * @throws SyntaxProblem only for fuzzy queries and at the limits of nesting and clauses.
 */
export function simpleSyntax(text: string, operator: 'and' | 'or'): Clause {
  let at = 0;
  let words = 0;
  const skip = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };

  function phrase(): Clause {
    const end = text.indexOf('"', at + 1);
    const inner = text.slice(at + 1, end === -1 ? text.length : end);
    at = end === -1 ? text.length : end + 1;
    const slop = /^~(\d{1,4})/.exec(text.slice(at, at + 6));
    if (slop) at += slop[0].length;
    return { kind: 'phrase', field: undefined, text: inner, slop: Number(slop?.[1] ?? 0), boost: 1 };
  }

  function word(): Clause {
    let raw = '';
    for (; at < text.length && !/[\s"()|+]/.test(text[at]!); at++) {
      if (text[at] === '\\' && at + 1 < text.length) at++;
      raw += text[at];
    }
    if (/~\d*$/.test(raw)) throw new SyntaxProblem('fuzzy queries are not supported by this store');
    if (raw.endsWith('*') && raw.length > 1) {
      const escaped = raw.slice(0, -1).replace(/[*?\\]/g, '\\$&');
      return { kind: 'pattern', field: undefined, text: `${escaped}*`, boost: 1 };
    }
    return raw === '*' ? { kind: 'all' } : { kind: 'word', field: undefined, text: raw, boost: 1 };
  }

  function operand(depth: number): Clause | undefined {
    // Each word nests the clauses before it, and later passes recurse over them.
    if (++words > 1024) throw new SyntaxProblem('too many clauses');
    if (text[at] === '"') return phrase();
    if (text[at] === '(') {
      at++;
      const inner = group(depth + 1);
      if (text[at] === ')') at++;
      return inner.kind === 'group' && inner.members.length === 0 ? undefined : inner;
    }
    return word();
  }

  /** `a | b + c` binds as it stands, from the left. */
  function combine(left: Clause | undefined, right: Clause, how: 'and' | 'or'): Clause {
    if (!left) return right;
    const occurs = how === 'and' ? 'must' : 'should';
    // Clauses with the same operator stay in one group: each level of nesting would match all levels below again.
    if (left.kind === 'group' && left.boost === 1 && isRow(left.members, occurs))
      return { ...left, members: [...left.members, { clause: right, occurs }] };
    const members: Member[] = [
      { clause: left, occurs },
      { clause: right, occurs },
    ];
    return { kind: 'group', members, boost: 1 };
  }

  function group(depth: number): Clause {
    if (depth > maxNesting) throw new SyntaxProblem('too many nested parentheses');
    let result: Clause | undefined;
    let how: 'and' | 'or' | undefined;
    for (skip(); at < text.length && text[at] !== ')'; skip()) {
      if (text[at] === '+' || text[at] === '|') {
        how = text[at] === '+' ? 'and' : 'or';
        at++;
        continue;
      }
      const isNot = text[at] === '-' && at + 1 < text.length && !/\s/.test(text[at + 1]!);
      if (isNot) at++;
      const start = at;
      const clause = operand(depth);
      if (at === start) at++;
      else if (clause) {
        const negated: Clause = isNot
          ? {
              kind: 'group',
              members: [
                { clause: { kind: 'all' }, occurs: 'must' },
                { clause, occurs: 'mustNot' },
              ],
              boost: 1,
            }
          : clause;
        result = combine(result, negated, how ?? operator);
        how = undefined;
      }
    }
    return result ?? { kind: 'group', members: [], boost: 1 };
  }

  const clauses: Clause[] = [];
  while (at < text.length) {
    clauses.push(group(0));
    at++;
  }
  return clauses.reduce(
    (all, one) => combine(all, one, operator),
    clauses.shift() ?? { kind: 'group', members: [], boost: 1 },
  );
}
