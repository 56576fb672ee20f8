import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The cells of the table of promises: fault, promise, test, figure. */
const rows = readFileSync('docs/reliability.md', 'utf8')
  .split('### What is promised')[1]!
  .split('\n\n')[1]!
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, fault = '', promise = '', test = '']) => ({ fault, promise, test }));

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

const quoted = (test: string) => [...test.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
const isPath = (word: string) => /^(test|packages|scripts)\/\S+$/.test(word);
/** Files that a cell names, alone or within a command. */
const filesOf = (test: string) => quoted(test).flatMap((text) => text.split(' ').filter(isPath));

describe('a row of the table of promises', () => {
  it.each(rows)('names tests that exist: $fault', ({ promise, test }) => {
    expect(promise).not.toBe('');
    expect(quoted(test)).not.toEqual([]);
    for (const file of filesOf(test)) expect(existsSync(file), file).toBe(true);
    for (const [, script] of test.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty(script!);
  });
});

/** Faults that logboom has had. Each has a promise now, and a test that holds it. */
it.each([
  ['senders that share an address', /other senders on the address/],
  ['lines that grow when they are escaped', /of quotes/],
  ['windows larger than memory', /windows of 130 MB/],
  ['a sender that is always refused', /refused again and again/],
  ['a document that always fails', /always fails/],
  ['what an operator can mend', /closed index/],
  ['more dead letters than fit', /dead letters at once/],
  ['a costly search', /search that would take minutes/],
  ['a store that takes more than Elasticsearch', /Elasticsearch refuses/],
  ['a full disk', /disk of the data folder is full/],
  ['silent connections', /silent connections/],
  ['half-sent requests', /half-sent/],
  ['probes of load balancers', /probes/],
  ['two containers on one volume', /two containers/],
  ['groups without a limit', /more groups/],
  ['a store beyond its size', /keepSize/],
  ['many rules', /2,000 rules/],
  ['an equal event after a clean end', /clean end/],
  ['headers of the PROXY protocol', /PROXY/],
  ['addresses of IPv6', /IPv6/],
  ['bodies that are too large, or of another type', /body/],
  ['stamps of unusual forms', /leap second/],
  ['long parts of index names', /part of an index name/],
  ['keys that occur twice', /key twice/],
])('%s have a row with a test', (_, fault) => {
  const found = rows.filter((row) => fault.test(row.fault));
  expect(found).not.toEqual([]);
  expect(found.flatMap(({ test }) => filesOf(test)).filter((file) => file.endsWith('.test.ts'))).not.toEqual(
    [],
  );
});
