import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { allChecks } from '../../src/cli/configuration.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { isMapping } from '../../src/config/schema/shape.ts';
import { parseScenario } from '../../src/generator/scenario/load.ts';
import { load } from '../support/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The pages about other systems have blocks of those systems too; each has a test of its own. */
const pages = ['README.md', 'docker/README.md', 'kibana/README.md']
  .concat(readdirSync(join(root, 'docs')).map((name) => `docs/${name}`))
  .filter((page) => page.endsWith('.md') && !page.includes('docs/from-'));

interface Block {
  page: string;
  line: number;
  text: string;
}
const blocks: Block[] = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^ *```ya?ml\n([\s\S]*?)^ *```/gm)].map(({ 1: block, index }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    text: block!,
  }));
});

/** Top-level settings of Filebeat. */
const filebeat = ['filebeat', 'output', 'queue', 'processors', 'ilm', 'setup', 'logging'];
const settings = Object.keys(schema.shape);

/** The block as a configuration of logboom; undefined where it is one of Filebeat. */
function configurationOf(text: string): Record<string, unknown> | undefined {
  const found = parse(text) as unknown;
  if (found === null) return {};
  if (Array.isArray(found)) return { rules: found };
  if (!isMapping(found)) throw new Error('neither a list nor a mapping');
  const names = Object.keys(found);
  if (
    names.every((name) => filebeat.includes(name.split('.')[0]!)) &&
    names.some((name) => !settings.includes(name))
  )
    return undefined;
  if (names.some((name) => settings.includes(name))) return found;
  if (names.includes('multiline'))
    return { inputs: [{ kind: 'file', name: 'example', paths: ['/var/log/example.log'], ...found }] };
  return { rules: [{ name: 'example', ...found }] };
}

/** Every variable is set: a reader sets those of the page. */
const environment = new Proxy({} as NodeJS.ProcessEnv, {
  get: () => 'a-secret-of-24-characters',
  ownKeys: () => [],
});

/** Adds notifiers that rules, routes and reports of a block refer to and another block defines. */
function completed(configuration: Record<string, unknown>): string {
  const defined = Object.keys((configuration.notifiers ?? {}) as object);
  const text = stringify(configuration);
  const named = [...text.matchAll(/^\s*(?:- )?(?:notify|notifier|notifiers|to|via):\n((?:\s+- .+\n)+)/gm)]
    .flatMap(([, list]) => [...list!.matchAll(/- ([\w-]+)\n/g)].map(([, name]) => name!))
    .filter((name) => !defined.includes(name) && name !== 'log');
  const added = Object.fromEntries(
    named.map((name) => [name, { kind: 'webhook', url: 'https://example.com/' }]),
  );
  if (named.length === 0) return text;
  return stringify({ ...configuration, notifiers: { ...(configuration.notifiers as object), ...added } });
}

describe('a configuration in the documentation', () => {
  it.each(blocks)('is right: $page:$line', ({ text }) => {
    if (/^streams:$/m.test(text) && /^seed:/m.test(text)) {
      expect(parseScenario(text, 'scenario.yml').streams.length).toBeGreaterThan(0);
      return;
    }
    const configuration = configurationOf(text);
    if (configuration === undefined) return;
    const { problems } = load({ yaml: completed(configuration), env: environment, checks: [...allChecks] });
    // Files and modules of a page are the reader's.
    const own = problems.filter(
      ({ message }) => !/cannot be read|cannot be loaded|no such file/.test(message),
    );
    expect(own.map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
  });

  it('is found at all', () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect(blocks.filter(({ text }) => configurationOf(text) !== undefined).length).toBeGreaterThan(35);
  });

  it('would be found wrong', () => {
    const wrong = { rules: [{ name: 'a', when: '>= 5', notfy: ['ops'] }] };
    expect(load({ yaml: completed(wrong), env: environment, checks: [...allChecks] }).problems).not.toEqual(
      [],
    );
  });
});
