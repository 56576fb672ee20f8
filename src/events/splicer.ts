import { type Additions, merge } from './additions.ts';
import { textOf } from './decode.ts';
import { addField, type JsonObject, newObject } from './objects.ts';
import { BEYOND, cover, fieldPath, UNRELATED } from './path.ts';
import type { EventView } from './view.ts';
import { ENTRY } from './walker.ts';

const metadata = fieldPath('@metadata');

/**
 * The document for Elasticsearch, on one line: the event's bytes as received, without `@metadata`, and the additions
 * before the closing brace. Where an addition's key is there already, plain or as the beginning of a dotted key, that
 * key's values alone are parsed and merged, so that no key comes twice and none stands in another's way.
 *
 * `displaced` is for the splicer itself. A string is given, for a bulk body is joined from strings and encoded at once.
 */
export function splice(view: EventView, additions: Additions, displaced: JsonObject = newObject()): string {
  const { walker } = view;
  const { bytes, entries, count, ascii } = walker;
  let document = '{';
  let runStart = -1;
  let runEnd = -1;
  const clashes: number[] = [];
  for (let entry = 0; entry < count; entry += 1) {
    const key = entries[entry * ENTRY]!;
    const keyEnd = entries[entry * ENTRY + 1]!;
    const clash = clashing(additions, bytes, key, keyEnd);
    if (clash === undefined) {
      if (runStart === -1) runStart = key - 1;
      runEnd = entries[entry * ENTRY + 3]!;
      continue;
    }
    if (runStart !== -1) document = join(document, textOf(bytes, runStart, runEnd, ascii));
    runStart = -1;
    if (clash !== '@metadata') clashes.push(entry);
  }
  if (runStart !== -1) document = join(document, textOf(bytes, runStart, runEnd, ascii));
  if (clashes.length > 0) {
    const labels = mergeInto(additions, view, clashes);
    if (Object.keys(displaced).length === 0 && Object.keys(labels).length > 0) {
      // `labels` may be among the keys that were passed over already, so the splice begins anew.
      additions.fields({ labels });
      return splice(view, additions, labels);
    }
  }
  for (let place = 0; place < additions.keys.length; place += 1)
    document = join(document, `${JSON.stringify(additions.keys[place])}:${additions.json(place)}`);
  return `${document}}`;
}

const join = (document: string, members: string) =>
  document.length === 1 ? document + members : `${document},${members}`;

/** The addition, or `@metadata`, that the key has to do with. */
function clashing(additions: Additions, bytes: Buffer, key: number, keyEnd: number): string | undefined {
  if (cover(bytes, key, keyEnd, metadata, 0) !== UNRELATED) return '@metadata';
  for (const added of additions.keys) {
    const path = fieldPath(added);
    const covered = cover(bytes, key, keyEnd, path, 0);
    if (covered === path.bytes.length || covered === BEYOND) return added;
  }
  return undefined;
}

/** Merges the clashing entries under the additions. Answers, as labels, the values that had to give way to an object. */
function mergeInto(additions: Additions, view: EventView, entries: number[]): JsonObject {
  const labels = newObject();
  const displace = (path: string, value: unknown) => {
    labels[path.replaceAll('.', '_')] = typeof value === 'string' ? value : JSON.stringify(value);
  };
  const present = newObject();
  for (const entry of entries) {
    const value = view.valueOf(entry);
    if (!addField(present, view.keyOf(entry), value)) displace(view.keyOf(entry), value);
  }
  for (const key of Object.keys(present))
    additions.value(key, JSON.stringify(merge(present[key], additions.parsed(key), displace, key)));
  return labels;
}
