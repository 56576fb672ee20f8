import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { customFormatProblems } from '../../src/parsers/custom/custom-formats.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { load } from '../support/config.ts';
import { blockOf } from '../support/events.ts';

const folder = mkdtempSync(join(tmpdir(), 'logboom-parsers-'));
afterAll(() => rmSync(folder, { recursive: true }));
let written = 0;
const receivedAt = Date.parse('2026-11-29T10:00:00Z');

/** The path of a module. */
function module(code: string, ending = 'mjs'): string {
  written += 1;
  const path = join(folder, `parser-${written}.${ending}`);
  writeFileSync(path, code);
  return path;
}

function read(path: string, ...lines: string[]) {
  const { config, problems } = load({
    yaml: `parsers: { default: mine, formats: { mine: { file: ${path}, timestamp: at } } }`,
  });
  expect(problems).toEqual([]);
  const reader = new EventReader({ parsers: config!.parsers, time: { zone: 'Europe/Berlin' } });
  const documents = lines.map((message) =>
    JSON.stringify({ '@timestamp': '2026-11-29T09:00:00.000Z', message }),
  );
  reader.open(blockOf(...documents), { origin: { input: 'a', connection: 'a', address: '' }, receivedAt });
  return lines.map(() => {
    const event = reader.next()!;
    return {
      failure: event.parseFailure,
      document: JSON.parse(event.document()),
      user: event.get('user.name'),
    };
  });
}

describe('a format that a module reads', () => {
  const parser = module(`
    export function parse(line, { zone, receivedAt }) {
      if (!line.startsWith('shop ')) return undefined;
      const [, at, user, total] = line.split(' ');
      if (user === 'nobody') throw new Error('who is that?');
      if (total === undefined) return 'the total is missing';
      return { at, 'user.name': user, order: { total: Number(total), none: undefined }, zone, receivedAt };
    }
  `);

  it('has the fields and the time that it returns', () => {
    const [{ document, user, failure }] = read(parser, 'shop 2026-11-29T08:00:00Z bob 12.5') as [
      ReturnType<typeof read>[0],
    ];
    expect(failure).toBeUndefined();
    expect(user).toBe('bob');
    expect(document).toMatchObject({
      '@timestamp': '2026-11-29T08:00:00.000Z',
      user: { name: 'bob' },
      order: { total: 12.5 },
      zone: 'Europe/Berlin',
      receivedAt,
    });
    expect(document).not.toHaveProperty('at');
  });

  it('is ended where it does not return, and disabled where it does so again', () => {
    const stuck = module(`
      export function parse(line) {
        if (line === 'stuck') for (;;);
        return { line };
      }
    `);
    const found = read(stuck, 'fine', 'stuck', 'fine', 'stuck', 'stuck', 'fine', 'stuck');
    expect(found.map(({ failure }) => failure)).toEqual([
      undefined,
      'its parser did not return within 100 ms',
      undefined,
      'its parser did not return within 100 ms',
      'its parser did not return within 100 ms',
      expect.stringMatching(/disabled until the next start or reload: .* within 100 ms, 3 times/),
      expect.stringMatching(/disabled/),
    ]);
    expect(found[1]!.document).toMatchObject({ message: 'stuck', tags: ['_parsefailure'] });
  });

  it('keeps a line that it refuses or fails on, with the reason, and reads the next one', () => {
    const found = read(parser, 'other', 'shop x bob', 'shop x nobody 1', 'shop 2026-11-29T08:00:00Z bob 1');
    expect(found.map(({ failure }) => failure)).toEqual([
      'does not begin like a line of the format mine',
      'the total is missing',
      'its parser failed: who is that?',
      undefined,
    ]);
    expect(found[2]!.document).toMatchObject({ message: 'shop x nobody 1', tags: ['_parsefailure'] });
  });

  it.each([
    ['a number', 'export const parse = () => 7'],
    ['a list', 'export const parse = () => [1]'],
    ['a promise', 'export const parse = async () => ({ a: 1 })'],
    ['a circle', 'export const parse = () => { const a = {}; a.a = a; return a; }'],
    ['a number that JSON lacks', 'export const parse = () => ({ a: 1n })'],
  ])('that returns %s has failed', (_, code) => {
    expect(read(module(code), 'x')[0]!.failure).toBe('its parser returned no object with fields');
  });

  it('may be of CommonJS', () => {
    const path = module('exports.parse = (line) => ({ "user.name": line })', 'cjs');
    expect(read(path, 'bob')[0]!.user).toBe('bob');
  });

  it('cannot change what ECS and the shipper say', () => {
    const path = module(
      'export const parse = () => ({ host: "x", "@timestamp": 1, kubernetes: "no", __proto__: { evil: 1 } })',
    );
    const [{ document }] = read(path, 'x') as [ReturnType<typeof read>[0]];
    expect(document.host).not.toBe('x');
    expect(document.kubernetes).toBeUndefined();
    expect(document.evil).toBeUndefined();
  });
});

describe('a check', () => {
  const problemsOf = (path: string) =>
    load({ yaml: `parsers: { formats: { mine: { file: ${path} } } }`, checks: [customFormatProblems] })
      .problems;

  it.each([
    ['does not exist', () => join(folder, 'none.mjs'), /cannot be loaded: Cannot find module/],
    ['is broken', () => module('export function ('), /cannot be loaded/],
    ['throws', () => module('throw new Error("not today")'), /cannot be loaded: not today/],
    ['has no function', () => module('export const parse = 7'), /exports no function `parse`/],
  ])('names a module that %s', (_, path, message) => {
    expect(problemsOf(path())).toEqual([
      expect.objectContaining({ path: 'parsers.formats.mine.file', message: expect.stringMatching(message) }),
    ]);
  });

  it('passes one that can be used', () =>
    expect(problemsOf(module('export const parse = () => ({})'))).toEqual([]));
});
