import type { MappingNode, ObjectNode } from '../mapping/field.ts';
import { KnownBytes } from './known-bytes.ts';
import { KnownValues } from './known-values.ts';
import { hashOf, SpanDictionary } from './span-dictionary.ts';

/** A member that an object may have. */
export interface Child {
  readonly node: MappingNode;
  /** Its own members, where it is an object. */
  readonly table: KeyTable | undefined;
  readonly isTimestamp: boolean;
  /** The key with its quotes and the colon, as it is usually written. */
  readonly key: KnownBytes;
  readonly known: KnownValues;
  /** The member that came after it last. */
  next: Child | undefined;
  /** The object in which it was seen last: each that is read has a number of its own. */
  seenIn: number;
}

/** The members of an object of the mapping, by the bytes of their keys. */
export class KeyTable {
  readonly #node: ObjectNode;
  #keys = new SpanDictionary();
  #children: Child[] = [];
  /** The member that came first last. */
  first: Child | undefined;

  constructor(node: ObjectNode) {
    this.#node = node;
    this.#fill();
  }

  /** Undefined for an unknown key, and for the names of metadata. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): Child | undefined {
    // A mapping only grows. What a refused document added is removed before the next document is read.
    if (this.#children.length !== this.#node.children.size) this.#fill();
    const place = this.#keys.find(bytes, start, end, hash);
    return place === -1 ? undefined : this.#children[place];
  }

  #fill(): void {
    const isRoot = this.#node.path === '';
    const known = new Map(this.#children.map((child) => [child.node, child]));
    this.#keys = new SpanDictionary();
    this.#children = [...this.#node.children].map(([name, node], place) => {
      const key = Buffer.from(name);
      if (!(isRoot && name.startsWith('_')))
        this.#keys.add(key, 0, key.length, hashOf(key, 0, key.length), place);
      return known.get(node) ?? childOf(node, name, isRoot && name === '@timestamp');
    });
  }
}

function childOf(node: MappingNode, name: string, isTimestamp: boolean): Child {
  const table = node.kind === 'object' && node.enabled ? new KeyTable(node) : undefined;
  const key = new KnownBytes(Buffer.from(`${JSON.stringify(name)}:`));
  return { node, table, isTimestamp, key, known: new KnownValues(), next: undefined, seenIn: 0 };
}
