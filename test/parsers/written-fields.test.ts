import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parserFields } from '../../src/parsers/written-fields.ts';

const folder = fileURLToPath(new URL('../../src/parsers/', import.meta.url));
const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('written-fields.ts'))
  .map((name) => readFileSync(folder + name, 'utf8'))
  .join('\n');

describe('the fields that parsers write', () => {
  it('are all named by the code of a parser', () => {
    const named = (field: string) => {
      const parts = field.split('.');
      // A field may be named by its beginning and its end apart, as in `aws.elb.${name}`.
      return (
        text.includes(field) || parts.slice(1).some((_, at) => text.includes(parts.slice(at + 1).join('.')))
      );
    };
    expect([...parserFields].filter((field) => !named(field))).toEqual([]);
  });

  it('have every field that a parser names in its result', () => {
    const keys = [...text.matchAll(/^\s+'([a-z_]+(?:\.[a-z_]+)+)': /gm)].map(([, field]) => field!);
    const notWritten =
      /^(?:apache|nginx|httpd|haproxy|iis|squid|mysql|redis|postgresql|system|aws)\.\w+$|^aws\.elb(?:_logs)?$/;
    const written = keys.filter((field) => !notWritten.test(field));
    expect(written.length).toBeGreaterThan(50);
    expect([...new Set(written)].filter((field) => !parserFields.has(field))).toEqual([]);
  });
});
