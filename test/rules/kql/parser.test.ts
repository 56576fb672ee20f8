import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogboomError } from '../../../src/errors.ts';
import { printQuery, type Query, type Text, type Value } from '../../../src/rules/kql/ast.ts';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { parseQuery } from '../../../src/rules/kql/parser.ts';

function faultOf(query: string): LogboomError {
  try {
    compileQuery(query);
  } catch (thrown) {
    if (thrown instanceof LogboomError) return thrown;
    throw thrown;
  }
  throw new Error(`expected ${query} to be refused`);
}

describe('a query that is none', () => {
  it.each([
    ['host.name:', 11, 'expected a value for host.name, found the end'],
    ['host.name: and', 12, 'expected a value for host.name, found "and"'],
    ['a:b or', 7, 'expected a field name, a value or "(", found the end'],
    ['and a:b', 1, 'found "and"'],
    ['(a:b', 5, 'expected "and", "or" or ")", found the end'],
    ['a:b)', 4, 'expected "and", "or" or the end of the query, found ")"'],
    ['a:(b or c', 10, 'expected "and", "or" or ")"'],
    ['a:{ b:c', 8, 'expected "and", "or" or "}"'],
    ['a:"b', 3, 'never closed'],
    ['@timestamp >= 2026-11-21T10:00', 28, 'write the value in quotes'],
    ['a:b:c', 4, 'write the value in quotes or the colon as \\:'],
    ['a > b*', 5, 'a pattern has no order'],
    ['a > /b/', 5, 'a pattern has no order'],
    ['a >', 4, 'expected a value after ">"'],
    ['a : > 5', 5, 'expected a value for a, found ">"'],
    ['log.level >= loud', 14, '"loud" is no log level'],
    ['log: { level >= loud }', 17, '"loud" is no log level'],
    ['@timestamp >= now-15m', 15, '"now-15m" is no date'],
    ['event: { start < "yesterday" }', 18, '"yesterday" is no date'],
    ['a:b "c"', 5, 'expected "and", "or" or the end of the query, found "c"'],
    ['a:b\\', 4, 'a backslash must be followed'],
    ['()', 2, 'expected a field name, a value or "("'],
    ['not', 4, 'expected a field name'],
    ['/a/ : b', 5, 'expected "and", "or" or the end'],
  ])('%s is refused at column %d', (query, column, words) => {
    const fault = faultOf(query);
    expect(fault.code).toBe('KQL_SYNTAX');
    expect(fault.message).toContain(`column ${column} of the query`);
    expect(fault.message).toContain(words);
  });

  it('says which pattern cannot be used', () => {
    expect(faultOf('message: /(/').message).toContain('the pattern /(/ cannot be used');
  });

  it('is refused before it exhausts the stack', () => {
    expect(faultOf('('.repeat(50_000)).message).toContain('100 levels');
    expect(faultOf('not '.repeat(50_000)).message).toContain('100 levels');
    expect(faultOf('a:{'.repeat(50_000)).message).toContain('100 levels');
  });
});

describe('precedence', () => {
  it.each([
    ['not a and b or c', '(((not a) and b) or c)'],
    ['a or b and not c', '(a or (b and (not c)))'],
    ['a and b and c', '(a and b and c)'],
    ['a and (b and c)', '(a and (b and c))'],
    ['x:(a or b and c)', '(x:a or (x:b and x:c))'],
    ['not x:(a or b)', '(not (x:a or x:b))'],
  ])('%s is %s', (query, bracketed) => {
    const show = (part: Query): string => {
      if (part.kind === 'and' || part.kind === 'or') return `(${part.of.map(show).join(` ${part.kind} `)})`;
      if (part.kind === 'not') return `(not ${show(part.of)})`;
      return printQuery(part).replace(': ', ':');
    };
    expect(show(parseQuery(query))).toBe(bracketed);
  });
});

describe('escapes', () => {
  it.each([
    ['a\\:b', 'a:b'],
    ['\\(x\\)', '(x)'],
    ['tab\\there', 'tab\there'],
    ['\\u0041bc', 'Abc'],
    ['x\\and', 'xand'],
    ['this \\and that', 'this and that'],
    ['\\not this', 'not this'],
    ['"say \\"hi\\""', 'say "hi"'],
    ['"back\\\\slash"', 'back\\slash'],
    ['\\/not a pattern/', '/not a pattern/'],
    ['word  word', 'word  word'],
    ['nothing android order', 'nothing android order'],
  ])('%s is the text %s', (query, text) => {
    const { value } = parseQuery(query) as Extract<Query, { kind: 'is' }>;
    expect((value as Text).parts).toEqual([text]);
  });
});

// Values as the grammar can hold them: a bare text has no space at its ends, as nobody could see where it ends.
const character = fc.constantFrom(...'abzAZ09._-/@\\():<>"*{}äß漢😀', ' and ', ' or', 'not ', ' ', '\n');
const piece = fc.array(character, { minLength: 1, maxLength: 8 }).map((characters) => characters.join(''));
const bare = piece.map((text) => text.trim()).filter((text) => text !== '');
const literal = bare.map((text): Text => ({ kind: 'text', parts: [text], quoted: false }));
const pattern = fc
  .array(bare, { minLength: 1, maxLength: 3 })
  .map((parts): Text => ({ kind: 'text', parts: ['', ...parts, ''], quoted: false }));
const quoted = fc.string().map((text): Text => ({ kind: 'text', parts: [text], quoted: true }));
const regex = fc.constantFrom('a+', '^x y$', '\\/a\\/', 'b|c:').map((source) => ({
  kind: 'regex' as const,
  source,
  ignoreCase: source.length % 2 === 0,
}));
const value: fc.Arbitrary<Value> = fc.oneof(literal, pattern, quoted, regex);
const field = fc.oneof(literal, pattern);
const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ kind: fc.constant('is' as const), field: fc.option(field, { nil: undefined }), value }),
  fc.record({
    kind: fc.constant('range' as const),
    field,
    operator: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
    value: fc.oneof(literal, quoted),
  }),
);
const query = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('query'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('query') }),
    fc.record({ kind: fc.constant('nested' as const), field, of: tie('query') }),
  ),
})).query;

describe('any query', () => {
  it('is read back as it was printed', () => {
    fc.assert(
      fc.property(query, (ast) => {
        expect(parseQuery(printQuery(ast))).toEqual(ast);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('any text', () => {
  const words = fc.constantFrom(
    'a',
    ':',
    '(',
    ')',
    '{',
    '}',
    '"',
    '\\',
    '*',
    '/',
    ' and ',
    ' or ',
    'not ',
    '>=',
    '<',
    ' ',
  );
  const noise = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words).map((parts) => parts.join('')),
  );

  it('is a query or is refused in words', () => {
    fc.assert(
      fc.property(noise, (text) => {
        try {
          compileQuery(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(LogboomError);
          expect((thrown as LogboomError).code).toBe('KQL_SYNTAX');
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

it.each([' ', '\n', '\t', '\u00a0', '\n\n'])(
  '%j at the end of a text is printed so that it stays there',
  (space) => {
    const query: Query = {
      kind: 'is',
      field: undefined,
      value: { kind: 'text', parts: [`a${space}`], quoted: false },
    };
    expect(parseQuery(printQuery(query))).toEqual(query);
  },
);
