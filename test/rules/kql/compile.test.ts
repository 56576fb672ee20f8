import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { fieldsOf } from '../../support/fields.ts';
import { processorTime } from '../../support/patience.ts';
import { documents, tables } from './cases.ts';

const hits = (query: string) => {
  const matches = compileQuery(query);
  return Object.entries(documents)
    .filter(([, fields]) => matches(fieldsOf(fields)))
    .map(([name]) => name)
    .join('');
};

for (const [subject, rows] of Object.entries(tables))
  describe(subject, () => {
    it.each(rows)('%s → %s', (query, expected) => {
      expect(hits(query)).toBe(expected);
    });
  });

describe('a query on one field', () => {
  it('asks for that field once and for no other', () => {
    const asked: string[] = [];
    const fields = fieldsOf({ 'host.name': 'web-1' });
    const spied = {
      ...fields,
      get: (name: string) => {
        asked.push(name);
        return fields.get(name);
      },
    };
    expect(compileQuery('host.name: web-1')(spied)).toBe(true);
    expect(asked).toEqual(['host.name']);
  });

  it('takes time linear in the line, whatever the pattern', () => {
    const line = fieldsOf({ message: `${'a'.repeat(100_000)}!` });
    const took = processorTime(() => {
      compileQuery('message: /^(a+)+$/')(line);
      compileQuery('message: "a a a" or message: a*a*a*a*b')(line);
    });
    expect(took).toBeLessThan(2_000);
  });
});
