import { literalOf, type Query, type Text } from './ast.ts';

/** An operator of another language that KQL reads as text, and what to write for it. */
interface Mistake {
  problem: string;
  remedy: string;
}

const comparison = /^([\w.@-]+)\s*(!==?|===?|=~|!~|=)\s*(.*)$/s;
const logic = /^(.+?)\s*(&&|\|\|)\s*(.+)$/s;
const words: Record<string, string> = { '&&': 'and', '||': 'or' };

/**
 * Finds operators that KQL does not have: `status != 200` is a search for the text "status != 200" in any field, and
 * matches events that nobody meant. A text in quotes is a text that is searched for.
 */
export function mistakesIn(query: Query): Mistake[] {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.of.flatMap(mistakesIn);
    case 'not':
    case 'nested':
      return [...(query.kind === 'nested' ? inField(query.field) : []), ...mistakesIn(query.of)];
    case 'range':
      return inField(query.field);
    case 'is':
      return query.field === undefined
        ? inText(query.value)
        : [...inField(query.field), ...inValue(query.value)];
    case 'all':
      return [];
  }
}

type Value = Extract<Query, { kind: 'is' }>['value'];

/** The text as it was written; undefined where no operator is meant. */
const unquoted = (value: Value) =>
  value.kind === 'text' && !value.quoted ? value.parts.join('*') : undefined;

function inText(value: Value): Mistake[] {
  const text = unquoted(value);
  if (text === undefined) return [];
  const compared = comparison.exec(text);
  if (compared) return [ofComparison(text, compared[1]!, compared[2]!, compared[3]!)];
  const negated = /^!\s*([\w.@-]+)$/.exec(text);
  if (negated) return [foreign('!', text, instead(`not ${negated[1]}`))];
  return inValue(value);
}

function ofComparison(text: string, field: string, operator: string, value: string): Mistake {
  const isPattern = operator.includes('~');
  const wanted = value === '' ? '*' : isPattern ? `/${value.replace(/^\/|\/$/g, '')}/` : value;
  const clause = `${field} : ${wanted}`;
  return foreign(operator, text, instead(operator.startsWith('!') ? `not ${clause}` : clause));
}

/** `a : 1 && b`: the value would be `1 && b`. */
function inValue(value: Value): Mistake[] {
  const [, left, mark, right] = logic.exec(unquoted(value) ?? '') ?? [];
  return mark === undefined
    ? []
    : [foreign(mark, unquoted(value)!, instead(`${left} ${words[mark]} ${right}`))];
}

/** `!status : 200`, `bytes => 100`: the field would be `!status`, or `bytes =`. */
function inField(field: Text): Mistake[] {
  const name = field.quoted ? undefined : literalOf(field);
  if (name === undefined) return [];
  const [, negated] = /^!\s*(.+)$/.exec(name) ?? [];
  if (negated !== undefined) return [foreign('!', name, instead(`not ${negated} : …`), 'look for the field')];
  const [, compared, mark] = /^(.*?)\s*([=!]+)$/.exec(name) ?? [];
  if (mark === undefined) return [];
  const remedy = `write ${compared} with : or > or >= or < or <=`;
  return [foreign(mark, name, remedy, 'look for the field')];
}

/** `text` is what KQL takes the operator as a part of, and `effect` what the query does with it. */
const foreign = (
  operator: string,
  text: string,
  remedy: string,
  effect = 'search for the text',
): Mistake => ({
  problem: `KQL has no operator \`${operator}\`: this would ${effect} ${JSON.stringify(text)}`,
  remedy,
});

const instead = (clause: string) => `write \`${clause}\`, or put the text into quotes`;
