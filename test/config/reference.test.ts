import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configurationMarkdown } from '../../scripts/docs/configuration-page.mjs';
import { configurationJsonSchema } from '../../scripts/docs/json-schema.mjs';
import { variablesOf } from '../../src/config/load/environment.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { namesIn, shapeOf } from '../../src/config/schema/shape.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8').replaceAll('\r\n', '\n');
const shape = shapeOf(schema);

describe('the generated pages', () => {
  it('are fresh', () => {
    expect(read('docs/configuration.md')).toBe(configurationMarkdown());
    expect(JSON.parse(read('docs/logboom.schema.json'))).toEqual(configurationJsonSchema());
  });

  it('have a section for each part', () => {
    const headings = [...configurationMarkdown().matchAll(/^## (\S+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(namesIn(shape, undefined));
  });

  it('have a row with a meaning and a variable for each setting', () => {
    const page = configurationMarkdown();
    const leaves = variablesOf(shape, {}).filter(({ shape: { kind } }) => kind !== 'section');
    for (const { name } of leaves) {
      const row = page.split('\n').find((line) => line.endsWith(`| \`${name}\` |`));
      expect(row, name).toBeDefined();
      expect(row!.split(' | ')[3]!.length, name).toBeGreaterThan(5);
    }
  });

  it('have five cells in every row', () => {
    const rows = configurationMarkdown()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(90);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
  });

  it.each([
    ['`inputs.lumberjack.port`', 'whole number from 0 to 65535', '`5044`'],
    ['`journal.maxSize`', 'size', '`4gb`'],
    ['`rules[].name`', 'text', '*required*'],
    ['`rules[].minCount`', 'whole number from 0', '`0`'],
    ['`api.token`', 'text 🔒', ''],
    ['`notifiers.‹name›.headers`', 'mapping of text 🔒', '`{}`'],
    ['`log.format`', '`auto`, `pretty`, `json`', '`auto`'],
  ])('describe %s as %s with default %s', (setting, type, byDefault) => {
    expect(configurationMarkdown()).toContain(`| ${setting} | ${type} | ${byDefault} |`);
  });
});

interface Node {
  [keyword: string]: unknown;
  properties: Record<string, Node>;
}
const editor = configurationJsonSchema() as Node;
const at = (...path: string[]) => path.reduce((node, key) => node.properties[key]!, editor);

describe('the JSON schema', () => {
  it('describes what is written, not what is read', () => {
    expect(at('journal', 'tick')).toMatchObject({ type: 'string', default: '250ms' });
  });

  it('knows no further settings', () => {
    expect(at('api')).toMatchObject({ additionalProperties: false });
  });

  it('lets numbers, flags and choices come from the environment', () => {
    expect(at('api', 'port')).toMatchObject({
      type: ['integer', 'string'],
      pattern: '\\$\\{',
      maximum: 65535,
    });
    expect(at('store', 'open')).toMatchObject({ type: ['boolean', 'string'], pattern: '\\$\\{' });
    expect(at('log', 'format')).toMatchObject({
      anyOf: [{ enum: ['auto', 'pretty', 'json'] }, { pattern: '\\$\\{' }],
    });
  });

  it('lets secrets be read from a file', () => {
    expect(at('api', 'token')).toMatchObject({
      description: expect.stringContaining('Bearer'),
      anyOf: [{ type: 'string' }, { type: 'object', required: ['file'] }],
    });
  });

  it('shows durations and sizes by a pattern that the loader agrees with', () => {
    const duration = new RegExp(at('journal', 'tick').pattern as string);
    const size = new RegExp(at('journal', 'maxSize').pattern as string);
    for (const good of ['250ms', '1h30m', '0', '$' + '{TICK}']) expect(good).toMatch(duration);
    for (const bad of ['5', '5 m', 'm', '1y']) expect(bad).not.toMatch(duration);
    for (const good of ['4gb', '1.5GB', '10 mb', '512b']) expect(good).toMatch(size);
    for (const bad of ['4', 'gb', '4gib']) expect(bad).not.toMatch(size);
  });

  it('carries nothing that is only for the loader', () => {
    expect(JSON.stringify(editor)).not.toMatch(/"(secret|unit)":/);
  });
});

describe('the example', () => {
  const path = `${root}examples/logboom.yml`;

  it('loads without any environment', () => {
    expect(loadConfig({ path, env: {} }).problems).toEqual([]);
  });

  it('shows every part, as a comment what would need other servers', () => {
    const { config } = loadConfig({ path, env: {} });
    const text = read('examples/logboom.yml');
    for (const key of Object.keys(config!)) expect(text).toMatch(new RegExp(`^${key}:`, 'm'));
    for (const key of ['elasticsearch', 'forward']) expect(text).toMatch(new RegExp(`^# ${key}:`, 'm'));
  });

  it('loads with its comments taken off, but for what then is missing', () => {
    const text = read('examples/logboom.yml').replace(
      /^( *)# (?=((elasticsearch|forward):| {2}(hosts|api_key|ssl.cert|loadbalance|maxLag)))/gm,
      '$1',
    );
    const readFile = (file: string) => (file === path ? text : 'secret');
    const { problems, config } = loadConfig({ path, env: {}, readFile });
    expect(problems).toEqual([]);
    expect(config!.elasticsearch!.api_key).toBe('secret');
    expect(config!.forward!.loadbalance).toBe(true);
  });
});
