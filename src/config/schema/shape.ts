import type { z } from 'zod';
import type { Path } from '../load/problems.ts';

/** The kind of value that a setting takes, in the words of the reference page. */
export type Kind =
  | 'text'
  | 'address'
  | 'number'
  | 'whole number'
  | 'boolean'
  | 'duration'
  | 'size'
  | 'choice'
  | 'list'
  | 'mapping'
  | 'section'
  | 'variants'
  | 'any value';

/** A zod schema without its wrappers (default, optional, transform): the facts that the reference and the loader need. */
export interface Shape {
  kind: Kind;
  core: Core;
  optional: boolean;
  default: unknown;
  description: string;
  secret: boolean;
  /** Its texts may be secrets, whatever their names are. */
  hasSecrets: boolean;
  choices: readonly string[];
}

type Core = z.core.$ZodTypes;
interface Meta {
  description?: string;
  secret?: boolean;
  hasSecrets?: boolean;
  unit?: 'duration' | 'size';
}

const metaOf = (schema: Core) => ((schema as unknown as z.ZodType).meta() ?? {}) as Meta;

/** The schema below a default, an optional or a transform; undefined where there is no wrapper left. */
function unwrapped(schema: Core): Core | undefined {
  const { def } = schema._zod;
  if (def.type === 'default' || def.type === 'prefault' || def.type === 'optional')
    return def.innerType as Core;
  return def.type === 'pipe' ? (def.in as Core) : undefined;
}

function kindOf(core: Core, meta: Meta): Kind {
  const { def } = core._zod;
  if (meta.unit) return meta.unit;
  if (def.type === 'string') return 'format' in def && def.format === 'url' ? 'address' : 'text';
  if (def.type === 'number') return 'format' in def && def.format === 'safeint' ? 'whole number' : 'number';
  if (def.type === 'boolean') return 'boolean';
  if (def.type === 'enum' || def.type === 'literal') return 'choice';
  if (def.type === 'array') return 'list';
  if (def.type === 'record') return 'mapping';
  if (def.type === 'object') return 'section';
  if (def.type === 'union') return 'variants';
  if (def.type === 'unknown') return 'any value';
  throw new Error(`The configuration schema uses "${def.type}", which its reference cannot describe.`);
}

function choicesOf({ _zod: { def } }: Core): string[] {
  if (def.type === 'enum') return Object.values(def.entries).map(String);
  return def.type === 'literal' ? def.values.map(String) : [];
}

/** Every setting of every rule asks for its shape, so each is made once. */
const madeShapes = new WeakMap<z.core.$ZodType, Shape>();

/** Removes the wrappers of a schema. Metadata of an outer wrapper wins. */
export function shapeOf(schema: z.core.$ZodType): Shape {
  let shape = madeShapes.get(schema);
  if (shape === undefined) {
    shape = unwrap(schema as Core);
    madeShapes.set(schema, shape);
  }
  return shape;
}

function unwrap(schema: Core): Shape {
  let core = schema;
  let meta = metaOf(core);
  let optional = false;
  let byDefault: unknown;
  for (let inner = unwrapped(core); inner !== undefined; inner = unwrapped(core)) {
    const { def } = core._zod;
    if (def.type === 'optional') optional = true;
    if (def.type === 'default' || def.type === 'prefault') byDefault ??= def.defaultValue;
    core = inner;
    meta = { ...metaOf(core), ...meta };
  }
  return {
    kind: kindOf(core, meta),
    core,
    optional,
    default: byDefault,
    description: meta.description ?? '',
    secret: meta.secret ?? false,
    hasSecrets: meta.hasSecrets ?? false,
    choices: choicesOf(core),
  };
}

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The variants of a union that a value may be: the one of its `kind` (or of the default kind), else all. */
function variantsOf(core: Core, value: unknown): Shape[] {
  const { def } = core._zod;
  if (def.type !== 'union') return [];
  const options = def.options.map(shapeOf);
  const fitting = options.filter((variant) => (variant.kind === 'list') === Array.isArray(value));
  const all = value === undefined || fitting.length === 0 ? options : fitting;
  if (!isMapping(value)) return all;
  const named = all.filter((variant) => {
    const kind = childOf(variant, 'kind');
    return kind?.choices[0] === (value.kind ?? kind?.default);
  });
  return named.length > 0 ? named : all;
}

/** Names of the settings in a section; for a mapping or a list, those of `value`. */
export function namesIn(shape: Shape, value: unknown): (string | number)[] {
  const { def } = shape.core._zod;
  if (def.type === 'object') return Object.keys(def.shape);
  if (def.type === 'record') return isMapping(value) ? Object.keys(value) : [];
  if (def.type === 'array') return Array.isArray(value) ? [...value.keys()] : [];
  return [...new Set(variantsOf(shape.core, value).flatMap((variant) => namesIn(variant, value)))];
}

/** The shape of one setting in a section, a mapping, a list or a variant. */
export function childOf(shape: Shape, key: string | number, value?: unknown): Shape | undefined {
  const { def } = shape.core._zod;
  if (def.type === 'object') {
    return Object.hasOwn(def.shape, key) ? shapeOf(def.shape[key]!) : undefined;
  }
  if (def.type === 'record') return shapeOf(def.valueType);
  if (def.type === 'array') return shapeOf(def.element);
  for (const variant of variantsOf(shape.core, value)) {
    // A list as one of several forms: its entries have places and no names.
    if (variant.kind === 'list' && typeof key !== 'number') continue;
    const child = childOf(variant, key);
    if (child) return child;
  }
  return undefined;
}

/** The shape at a path, or undefined where the schema has no such setting. */
export function shapeAt(root: Shape, path: Path, tree: unknown): Shape | undefined {
  let shape: Shape | undefined = root;
  let value = tree;
  for (const key of path) {
    shape = shape && childOf(shape, key, value);
    value = valueIn(value, key);
  }
  return shape;
}

/** One step into a tree of plain values; undefined where the key does not exist. */
export function valueIn(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export const valueAt = (tree: unknown, path: Path): unknown => path.reduce<unknown>(valueIn, tree);
