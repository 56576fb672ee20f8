import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parserNames } from '../../src/config/schema/parsers.ts';
import { readEvent } from '../support/events.ts';

const page = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');
/** Examples: a line, the format by which it is read, and the fields. */
const examples = [...page.matchAll(/```text\n([\s\S]*?)\n```\n\n```json ([\w-]+)\n([\s\S]*?)\n```/g)].map(
  ([, line, format, fields]) => ({ line: line!, format: format!, fields: JSON.parse(fields!) }),
);
const year = /^2026/;

describe('the page of formats', () => {
  it.each(examples)('shows of $format what becomes of a line', ({ line, format, fields }) => {
    for (const parser of [format, 'auto']) {
      const document = JSON.parse(readEvent({ message: line }, { default: parser }).document());
      for (const [name, value] of Object.entries(fields)) {
        const found = document[name] ?? name.split('.').reduce((at, key) => at?.[key], document);
        // A stamp without a year depends on the day on which it is read.
        if (name === '@timestamp' && !year.test(String(value))) continue;
        expect([name, found]).toEqual([name, value]);
      }
    }
  });

  it('has an example of each format', () => {
    const shown = new Set(examples.map(({ format }) => format));
    expect(parserNames.filter((name) => !shown.has(name))).toEqual(['auto', 'none']);
  });
});
