import { type Additions, merge } from './additions.ts';
import { textOf } from './decode.ts';
import { addField, isObject, type JsonObject, newObject } from './objects.ts';
import { BEYOND, cover, fieldPath, mayCover, UNRELATED } from './path.ts';
import type { EventView } from './view.ts';
import { ENTRY } from './walker.ts';

const metadata = fieldPath('@metadata');
const OPEN_BRACE = 0x7b;

type Treatment = 'keep' | 'drop' | 'merge';

/**
 * Builds the document for Elasticsearch, on one line: the event's bytes as received, without `@metadata`, with the additions
 * before the closing brace. If the key of an addition exists already, plain or as the beginning of a dotted key, only the
 * values of that key are parsed and merged, so that no key is repeated and none conflicts with another.
 *
 * `displaced` is for recursive calls. The result is a string because a bulk body is joined from strings and encoded once.
 */
export function splice(view: EventView, additions: Additions, displaced: JsonObject = newObject()): string {
  const { bytes, entries, count, ascii } = view.walker;
  const toMerge: number[] = [];
  let document = '{';
  let runStart = -1;
  let runEnd = -1;
  for (let entry = 0; entry < count; entry += 1) {
    const treatment = treatmentOf(view, entry, additions);
    if (treatment === 'keep') {
      if (runStart === -1) runStart = entries[entry * ENTRY]! - 1;
      runEnd = entries[entry * ENTRY + 3]!;
      continue;
    }
    if (runStart !== -1) document = join(document, textOf(bytes, runStart, runEnd, ascii));
    runStart = -1;
    if (treatment === 'merge') toMerge.push(entry);
  }
  if (runStart !== -1) document = join(document, textOf(bytes, runStart, runEnd, ascii));
  if (toMerge.length > 0) {
    const labels = mergeInto(additions, view, toMerge);
    if (Object.keys(displaced).length === 0 && Object.keys(labels).length > 0) {
      // `labels` may be among the keys that were already copied, so the splice starts over.
      additions.fields({ labels });
      return splice(view, additions, labels);
    }
  }
  for (let place = 0; place < additions.keys.length; place += 1)
    document = join(document, additions.member(place));
  return `${document}}`;
}

const join = (document: string, members: string) =>
  document.length === 1 ? document + members : `${document},${members}`;

function treatmentOf({ walker }: EventView, entry: number, additions: Additions): Treatment {
  const { bytes, entries } = walker;
  const key = entries[entry * ENTRY]!;
  const keyEnd = entries[entry * ENTRY + 1]!;
  if (mayCover(bytes, key, metadata) && cover(bytes, key, keyEnd, metadata, 0) !== UNRELATED) return 'drop';
  const { paths } = additions;
  for (let place = 0; place < paths.length; place += 1) {
    const path = paths[place]!;
    if (!mayCover(bytes, key, path)) continue;
    const covered = cover(bytes, key, keyEnd, path, 0);
    if (covered === BEYOND) return 'merge';
    if (covered === path.bytes.length)
      return additions.replaces(place) && bytes[entries[entry * ENTRY + 2]!] !== OPEN_BRACE
        ? 'drop'
        : 'merge';
  }
  return 'keep';
}

/** Merges entries under the additions. Answers, as labels, the values that had to give way to an object. */
function mergeInto(additions: Additions, view: EventView, entries: number[]): JsonObject {
  const labels = newObject();
  const displace = (path: string, value: unknown) => {
    labels[path.replaceAll('.', '_')] = typeof value === 'string' ? value : JSON.stringify(value);
  };
  const present = newObject();
  // What stands where an object has to be comes last, and finds its place taken.
  const members = entries.map((entry) => ({ key: view.keyOf(entry), value: view.valueOf(entry) }));
  members.sort((one, other) => Number(isPlain(one)) - Number(isPlain(other)));
  for (const { key, value } of members) if (!addField(present, key, value)) displace(key, value);
  for (const key of Object.keys(present))
    additions.set(key, merge(present[key], additions.parsed(key), displace, key));
  return labels;
}

const isPlain = ({ key, value }: { key: string; value: unknown }) => !key.includes('.') && !isObject(value);
