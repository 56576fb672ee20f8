// Writes docs/configuration.md from the configuration schema. Needs the build.
import { stringify } from 'yaml';
import * as z from 'zod';
import { variableName } from '../../dist/config/load/environment.js';
import { formatPath } from '../../dist/config/load/problems.js';
import { schema } from '../../dist/config/schema/schema.js';
import { childOf, namesIn, shapeOf } from '../../dist/config/schema/shape.js';

/**
 * @typedef {import('../../dist/config/schema/shape.js').Shape} Shape
 * @typedef {{ path: Key[], shape: Shape, kinds?: string[] }} Row `kinds`: the kinds that have the setting, where others have not
 * @typedef {string | typeof item | typeof name} Key
 */

/** Placeholders for any index and any name in a path. */
const item = Symbol('item');
const name = Symbol('name');

const introduction = `# Configuration

<!-- Generated from src/config by \`npm run docs\`. Do not edit. -->

logboom reads one YAML file: the file that \`--config\` or \`LOGBOOM_CONFIG\` names, or \`logboom.yml\` in the working folder. Every
setting has a default, so the file is optional. \`logboom check\` reports all problems at once, each with its line and a remedy.
\`examples/logboom.yml\` is a complete, annotated example. With this first line an editor completes and checks the file:

\`\`\`yaml
# yaml-language-server: $schema=docs/logboom.schema.json
\`\`\`

**Environment.** The variable in the last column of each table overrides the file. Write sections, lists and mappings as YAML or JSON
(\`LOGBOOM_RULES='[{ name: all, over: 1s }]'\`); lists of texts may also be written as \`a,b\`. Address an entry of a list or mapping in
the file by its index or name: \`LOGBOOM_RULES_0_OVER\`, \`LOGBOOM_NOTIFIERS_OPS_SLACK_URL\`. Texts are taken as they are. An empty
variable counts as unset. An unknown variable with the prefix \`LOGBOOM_\` is a problem.

**References.** In texts of the file, \`\${NAME}\` is replaced by the environment variable, \`\${NAME:default}\` has a default, and \`$\${\`
is a literal \`\${\`. A missing variable is a problem. References fill in values; they cannot add settings.

**Secrets** (marked 🔒) may also be written as \`{ file: path }\`. logboom never shows or logs them.

**Durations** are written \`250ms\`, \`10s\`, \`5m\`, \`2h\`, \`7d\`, \`1w\` or combined (\`1h30m\`). **Sizes** are written \`512kb\`, \`10mb\`, \`4gb\`
(powers of 1024). Relative paths start at the working folder.
`;

/** @returns {Row[]} all leaves below a shape; those of a list are described as of any item, those of a mapping as of any name */
function rowsOf(shape, path) {
  if (shape.kind === 'section') {
    return namesIn(shape, undefined).flatMap((key) => rowsOf(childOf(shape, key), [...path, String(key)]));
  }
  const entry = shape.kind === 'list' || shape.kind === 'mapping' ? childOf(shape, 'any') : undefined;
  if (entry?.kind === 'section' || entry?.kind === 'variants') {
    const inner = rowsOf(entry, [...path, shape.kind === 'list' ? item : name]);
    return [{ path, shape }, ...inner];
  }
  return shape.kind === 'variants' ? rowsOfVariants(shape, path) : [{ path, shape }];
}

/** A setting that several kinds have in common gets one row, which names those kinds. */
function rowsOfVariants(shape, path) {
  const variants = variantsIn(shape);
  // Two ways to write a section: each has rows of its own.
  if (variants.some(({ kind }) => kind === 'list'))
    return variants.flatMap((variant) => rowsOf(variant, path));
  const merged = new Map();
  for (const variant of variants) {
    // A kind without the setting `kind` is named by its first setting.
    const kind = childOf(variant, 'kind')?.choices[0] ?? String(namesIn(variant, undefined)[0]);
    for (const row of rowsOf(variant, path)) {
      const text = rowOf(row);
      if (merged.has(text)) merged.get(text).kinds.push(kind);
      else merged.set(text, { ...row, kinds: [kind] });
    }
  }
  const namesKinds = (row) => row.kinds.length < variants.length && row.path.at(-1) !== 'kind';
  return [...merged.values()].map((row) => (namesKinds(row) ? row : { path: row.path, shape: row.shape }));
}

const variantsIn = ({ core: { _zod } }) => (_zod.def.type === 'union' ? _zod.def.options.map(shapeOf) : []);

const settingName = (path) =>
  formatPath(path.map((key) => (key === item ? 0 : key === name ? 'NAME' : key)))
    .replaceAll('[0]', '[]')
    .replaceAll('.NAME', '.‹name›');

const environmentName = (path) =>
  variableName(path.map((key) => (key === item ? 0 : key === name ? 'ANY-NAME' : key))).replace(
    'ANY_NAME',
    '‹NAME›',
  );

/** A pipe in a cell would end it. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text) => `\`${text}\``;

function bounds({ core }) {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = z.toJSONSchema(core);
  return maximum === Number.MAX_SAFE_INTEGER ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
}

function typeOf(shape) {
  const lock = shape.secret ? ' 🔒' : '';
  if (shape.kind === 'choice') return shape.choices.map(code).join(', ');
  if (shape.kind === 'list' || shape.kind === 'mapping') {
    const entry = childOf(shape, 'any');
    const of = entry.kind === 'section' || entry.kind === 'variants' ? 'sections' : typeOf(entry);
    return `${shape.kind} of ${of}`;
  }
  return `${shape.kind}${shape.kind === 'whole number' ? bounds(shape) : ''}${lock}`;
}

function defaultOf(shape) {
  const value = shape.default;
  if (value === undefined) return shape.optional ? '' : '*required*';
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return 'see below';
  if (value === '') return 'empty';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

/** `match, change: ` before the meaning of a setting that only some kinds have. */
const ofKinds = (kinds) => (kinds ? `${kinds.map((kind) => `*${kind}*`).join(', ')}: ` : '');

function rowOf({ path, shape, kinds }) {
  const cells = [
    code(settingName(path)),
    typeOf(shape),
    defaultOf(shape),
    ofKinds(kinds) + shape.description,
    code(environmentName(path)),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

const head = '| Setting | Type | Default | Meaning | Environment |\n|---|---|---|---|---|';

/** The rules that apply where the file has none, as a person would write them. */
function defaultRules(shape) {
  return `\nWithout \`rules\`, these rules apply:\n\n\`\`\`yaml\n${stringify({ rules: shape.default })}\`\`\`\n`;
}

function sectionOf(key, shape) {
  const rows = rowsOf(shape, [key]).map(rowOf);
  const after = key === 'rules' ? defaultRules(shape) : '';
  return `## ${key}\n\n${shape.description}\n\n${head}\n${rows.join('\n')}\n${after}`;
}

/** The text of `docs/configuration.md`. */
export function configurationMarkdown() {
  const root = shapeOf(schema);
  const sections = namesIn(root, undefined).map((key) => sectionOf(String(key), childOf(root, key)));
  return [introduction, ...sections].join('\n');
}
