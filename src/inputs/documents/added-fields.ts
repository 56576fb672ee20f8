import { type EventView, type FieldPath, fieldPath, isObject, type JsonObject } from '../../events/index.ts';

interface Leaf {
  path: FieldPath;
  /** As a member with a dotted name: `"event.dataset":"shop"`. */
  text: string;
}

interface Root {
  path: FieldPath;
  /** The whole object as a member. */
  text: string;
  /** Empty where the object is added whole or not at all. */
  leaves: Leaf[];
}

/** Objects that describe one thing. A mixture with what the event says would describe neither. */
const atomic = new Set(['host', 'data_stream', 'input', '@metadata']);

/**
 * Fields that an input adds to events of senders which have fields of their own. What an event says itself stays: only what is
 * missing is added. Tags are added to those of the event.
 */
export class AddedFields {
  readonly #roots: Root[];
  readonly #tags: readonly unknown[];

  constructor({ tags, ...fields }: JsonObject) {
    this.#tags = Array.isArray(tags) ? tags : [];
    this.#roots = Object.entries(fields).map(([name, value]) => ({
      path: fieldPath(name),
      text: member(name, value),
      leaves: atomic.has(name) || !isObject(value) ? [] : leavesOf(name, value),
    }));
  }

  /** Members to write in front of those of the event, without braces. */
  membersFor(view: EventView): string {
    const texts: string[] = [];
    for (const { path, text, leaves } of this.#roots) {
      if (view.entryOf(path) === -1 && !view.hasAt(path)) texts.push(text);
      else for (const leaf of leaves) if (!view.hasAt(leaf.path)) texts.push(leaf.text);
    }
    return texts.join(',');
  }

  /** All tags, where the event has tags and there are some to be added. */
  tagsWith(own: unknown): unknown[] | undefined {
    if (this.#tags.length === 0) return undefined;
    return [...new Set([own ?? [], this.#tags].flat())];
  }
}

const member = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

function leavesOf(prefix: string, object: JsonObject): Leaf[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const name = `${prefix}.${key}`;
    if (isObject(value)) return leavesOf(name, value);
    return [{ path: fieldPath(name), text: member(name, value) }];
  });
}

/** A rest of an index's name that says when or which, and not what: `-2026.11.29`, `-000001`, `-7.17.29`. */
const suffix = /-(?:\d{4}[.-]\d{2}(?:[.-]\d{2}){0,2}|\d{6}|v?\d+\.\d+\.\d+(?:-snapshot)?)$/i;
const stream = /^(logs|metrics|traces|synthetics)-([^-]+)-(.+)$/;

/** The fields that the name of an index or a topic stands for: the parts of a data stream, or the dataset. */
export function fieldsOfIndex(index: string): JsonObject {
  const [, type, dataset, namespace] = stream.exec(index) ?? [];
  if (dataset !== undefined) return { event: { dataset }, data_stream: { type, dataset, namespace } };
  let name = index.replace(/^<|>$/g, '').replace(/-?\{.*$/, '');
  while (suffix.test(name)) name = name.replace(suffix, '');
  return name === '' ? {} : { event: { dataset: name } };
}
