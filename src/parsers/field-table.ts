import { Constant, type FieldPath, fieldPath } from '../events/index.ts';

/** A field of a format: its ECS name, and what is special about it. */
type FieldSpec =
  | string
  | {
      name: string;
      /** The value that every line of the format has. */
      always?: string | readonly string[];
      /** Reverts escapes of the log format itself. It is called for texts that contain a backslash. */
      unescaped?: (text: string) => string;
    };

/** A field as the machinery uses it. */
interface Field {
  readonly name: string;
  readonly always: string | string[] | undefined;
  readonly unescaped: ((text: string) => string) | undefined;
}

/** A part of a document: a field, or an object that contains fields. */
export interface Branch {
  /** `"key":` */
  readonly key: Constant;
  /** The place of the field; -1 for an object. */
  readonly slot: number;
  /** The value that every line has, as JSON text. */
  readonly always: Constant | undefined;
  readonly children: Branch[];
}

/** The fields that a format may find, in the order in which they are named. */
export interface FieldTable<Key extends string = string> {
  /** The place of each field, by its short name in the format's code. */
  readonly slots: Readonly<Record<Key, number>>;
  readonly fields: readonly Field[];
  readonly slotByName: ReadonlyMap<string, number>;
  /** Top-level keys of the document, each with the fields below it. */
  readonly groups: readonly { readonly path: FieldPath; readonly branch: Branch }[];
  /** For the name of each field, and of each object that contains some, the places of these fields. */
  readonly slotsBelow: ReadonlyMap<string, readonly number[]>;
}

/** Declares the fields of a format: short names for the code, and the fields' names in documents. */
export function fieldTable<Key extends string>(specs: Record<Key, FieldSpec>): FieldTable<Key> {
  const keys = Object.keys(specs) as Key[];
  const fields = keys.map((key) => fieldOf(specs[key]));
  const root = branchOf('', -1, undefined);
  for (const [slot, field] of fields.entries()) place(root, field, slot);
  return {
    slots: Object.fromEntries(keys.map((key, slot) => [key, slot])) as Record<Key, number>,
    fields,
    slotByName: new Map(fields.map(({ name }, slot) => [name, slot])),
    groups: root.children.map((branch) => ({ path: fieldPath(nameOf(branch)), branch })),
    slotsBelow: slotsBelow(fields),
  };
}

function fieldOf(spec: FieldSpec): Field {
  if (typeof spec === 'string') return { name: spec, always: undefined, unescaped: undefined };
  const { name, always, unescaped } = spec;
  return { name, always: typeof always === 'object' ? [...always] : always, unescaped };
}

function slotsBelow(fields: readonly Field[]): Map<string, number[]> {
  const slots = new Map<string, number[]>();
  fields.forEach(({ name }, slot) => {
    for (let end = name.length; end !== -1; end = name.lastIndexOf('.', end - 1)) {
      const prefix = name.slice(0, end);
      slots.set(prefix, [...(slots.get(prefix) ?? []), slot]);
    }
  });
  return slots;
}

function place(root: Branch, { name, always }: Field, slot: number): void {
  const keys = name.split('.');
  let at = root;
  for (const key of keys.slice(0, -1)) {
    let child = at.children.find((branch) => nameOf(branch) === key);
    if (child === undefined) {
      child = branchOf(key, -1, undefined);
      at.children.push(child);
    }
    at = child;
  }
  at.children.push(branchOf(keys.at(-1)!, slot, always));
}

function branchOf(key: string, slot: number, always: Field['always']): Branch {
  return {
    key: new Constant(`${JSON.stringify(key)}:`),
    slot,
    always: always === undefined ? undefined : new Constant(JSON.stringify(always)),
    children: [],
  };
}

const nameOf = ({ key }: Branch) => Buffer.from(key.bytes).toString().slice(1, -2);
