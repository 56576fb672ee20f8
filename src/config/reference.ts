import { stringify } from 'yaml';
import { z } from 'zod';
import { variableName } from './load/environment.ts';
import { formatPath } from './load/problems.ts';
import { schema } from './schema/schema.ts';
import { childOf, namesIn, type Shape, shapeOf } from './schema/shape.ts';

type Key = string | typeof item | typeof name;
/** Stand for any index and any name in a path. */
const item = Symbol('item');
const name = Symbol('name');

interface Row {
  path: Key[];
  shape: Shape;
  /** The kinds that have the setting, where others have not. */
  kinds?: string[];
}

const introduction = `# Configuration

<!-- Generated from src/config by \`npm run docs\`. Do not edit. -->

logboom reads one YAML file: \`logboom.yml\` in the working folder, or the one that \`--config\` or \`LOGBOOM_CONFIG\` names. Every
setting has a default, so the file is optional. \`logboom check\` tells all problems at once, with line and remedy.
\`examples/logboom.yml\` is a complete, annotated example. With this first line an editor completes and checks the file:

\`\`\`yaml
# yaml-language-server: $schema=docs/logboom.schema.json
\`\`\`

**Environment.** The variable in the last column of each table overrides the file; sections, lists and mappings are given as YAML
or JSON (\`LOGBOOM_RULES='[{ name: all, over: 1s }]'\`), lists of texts also as \`a,b\`. An entry of the file's lists and mappings
is reached by its index or name: \`LOGBOOM_RULES_0_OVER\`, \`LOGBOOM_NOTIFIERS_OPS_SLACK_URL\`. Texts are taken as they are. An
empty variable counts as unset; an unknown one with the prefix is a problem.

**References.** \`\${NAME}\` in a text of the file is replaced by an environment variable, \`\${NAME:default}\` has a default,
\`$\${\` is a literal \`\${\`. A missing variable is a problem. They fill values only and never add settings.

**Secrets** (marked 🔒) may also be written as \`{ file: path }\`. They are never shown or logged.

**Lengths of time** are written \`250ms\`, \`10s\`, \`5m\`, \`2h\`, \`7d\`, \`1w\` or joined (\`1h30m\`); **sizes** \`512kb\`, \`10mb\`, \`4gb\`
(powers of 1024). Paths of files count from the working folder.
`;

/** All leaves below a shape; those of a list are described as of any item, those of a mapping as of any name. */
function rowsOf(shape: Shape, path: Key[]): Row[] {
  if (shape.kind === 'section') {
    return namesIn(shape, undefined).flatMap((key) => rowsOf(childOf(shape, key)!, [...path, String(key)]));
  }
  const entry = shape.kind === 'list' || shape.kind === 'mapping' ? childOf(shape, 'any')! : undefined;
  if (entry?.kind === 'section' || entry?.kind === 'variants') {
    const inner = rowsOf(entry, [...path, shape.kind === 'list' ? item : name]);
    return [{ path, shape }, ...inner];
  }
  return shape.kind === 'variants' ? rowsOfVariants(shape, path) : [{ path, shape }];
}

/** Settings that several kinds have in common are told once, with the names of those kinds. */
function rowsOfVariants(shape: Shape, path: Key[]): Row[] {
  const variants = variantsIn(shape);
  const told = new Map<string, Row & { kinds: string[] }>();
  for (const variant of variants) {
    const kind = childOf(variant, 'kind')!.choices[0]!;
    for (const row of rowsOf(variant, path)) {
      const text = rowOf(row);
      if (told.has(text)) told.get(text)!.kinds.push(kind);
      else told.set(text, { ...row, kinds: [kind] });
    }
  }
  const isTold = (row: Row & { kinds: string[] }) =>
    row.kinds.length < variants.length && row.path.at(-1) !== 'kind';
  return [...told.values()].map((row) => (isTold(row) ? row : { path: row.path, shape: row.shape }));
}

const variantsIn = ({ core: { _zod } }: Shape): Shape[] =>
  _zod.def.type === 'union' ? _zod.def.options.map(shapeOf) : [];

const settingName = (path: Key[]) =>
  formatPath(path.map((key) => (key === item ? 0 : key === name ? 'NAME' : (key as string))))
    .replaceAll('[0]', '[]')
    .replaceAll('.NAME', '.‹name›');

const environmentName = (path: Key[]) => {
  const parts = path.map((key) => (key === item ? 0 : key === name ? 'ANY-NAME' : (key as string)));
  return variableName(parts).replace('ANY_NAME', '‹NAME›');
};

/** A pipe in a cell would end it. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string) => `\`${text}\``;

function bounds({ core }: Shape): string {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = z.toJSONSchema(core);
  return maximum === Number.MAX_SAFE_INTEGER ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
}

function typeOf(shape: Shape): string {
  const lock = shape.secret ? ' 🔒' : '';
  if (shape.kind === 'choice') return shape.choices.map(code).join(', ');
  if (shape.kind === 'list' || shape.kind === 'mapping') {
    const entry = childOf(shape, 'any')!;
    const of = entry.kind === 'section' || entry.kind === 'variants' ? 'sections' : typeOf(entry);
    return `${shape.kind} of ${of}`;
  }
  return `${shape.kind}${shape.kind === 'whole number' ? bounds(shape) : ''}${lock}`;
}

function defaultOf(shape: Shape): string {
  const value = shape.default;
  if (value === undefined) return shape.optional ? '' : '*required*';
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return 'see below';
  if (value === '') return 'empty';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

/** `match, change: ` before the meaning of a setting that only some kinds have. */
const ofKinds = (kinds: string[] | undefined) =>
  kinds ? `${kinds.map((kind) => `*${kind}*`).join(', ')}: ` : '';

function rowOf({ path, shape, kinds }: Row): string {
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

/** The rules in force where the file has none, as they would be written. */
function defaultRules(shape: Shape): string {
  return `\nWithout \`rules\` these are in force:\n\n\`\`\`yaml\n${stringify({ rules: shape.default })}\`\`\`\n`;
}

function sectionOf(key: string, shape: Shape): string {
  const rows = rowsOf(shape, [key]).map(rowOf);
  const after = key === 'rules' ? defaultRules(shape) : '';
  return `## ${key}\n\n${shape.description}\n\n${head}\n${rows.join('\n')}\n${after}`;
}

/** `docs/configuration.md`. */
export function configurationMarkdown(): string {
  const root = shapeOf(schema);
  const sections = namesIn(root, undefined).map((key) => sectionOf(String(key), childOf(root, key)!));
  return [introduction, ...sections].join('\n');
}
