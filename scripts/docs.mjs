// Writes the files that are generated: from the configuration schema, the scores of the default rules, the definitions for Kibana; `--check` fails where one is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { savedObjects } from '../dist/kibana/objects.js';
import { ndjson } from '../dist/kibana/saved-object.js';
import { configurationMarkdown } from './docs/configuration-page.mjs';
import { configurationJsonSchema } from './docs/json-schema.mjs';
import { scoresPage } from './docs/scores-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = {
  'docs/configuration.md': configurationMarkdown(),
  'kibana/logboom.ndjson': ndjson(savedObjects()),
  'docs/scores.md': scoresPage(),
  'docs/logboom.schema.json': `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`,
};

function current(path) {
  try {
    return readFileSync(`${root}${path}`, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}

const stale = Object.keys(pages).filter((path) => current(path) !== pages[path]);
if (process.argv.includes('--check')) {
  for (const path of stale) console.error(`${path} is stale; run "npm run docs" and commit it`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const path of stale) writeFileSync(`${root}${path}`, pages[path]);
console.log(stale.length > 0 ? `wrote ${stale.join(', ')}` : 'all pages are up to date');
