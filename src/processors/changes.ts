import {
  Additions,
  ByteWriter,
  decodeString,
  EventView,
  type JsonObject,
  Members,
  namePattern,
  newObject,
  Splicer,
} from '../events/index.ts';
import type { FieldValue } from '../model.ts';
import { tagsOf } from '../parsers/document.ts';
import { isPresent } from '../util/levels.ts';

/** The event before its changes. */
interface Unchanged {
  get(field: string): FieldValue;
  names(pattern: string): string[];
}

/** The event with the changes so far. */
interface Present extends Unchanged {
  /** Whether a field was neither sent nor parsed, and nothing that was gets in its way. */
  isNew(field: string): boolean;
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * What processors changed in the current event: values by the dotted names of leaf fields. It lies over what the sender sent and what the
 * parser found; the bytes of the event stay as they are. `clear` begins the next event.
 */
export class Changes {
  /** Undefined: removed. */
  readonly #values = new Map<string, FieldValue>();
  /** Beginnings of these names, up to each dot: the objects in which something changes. */
  readonly #around = new Set<string>();
  readonly #stripped = new ByteWriter();
  readonly #view = new EventView();
  readonly #additions = new Additions();
  readonly #splicer = new Splicer();
  readonly #failureTags: () => string[];
  /** Whether something was removed or replaced, and not added alone. */
  #isReplaced = false;
  /** What could not be done, in words. */
  failure: string | undefined;

  /** `failureTags`: tags that the event has in any case. */
  constructor(failureTags: () => string[]) {
    this.#failureTags = failureTags;
  }

  clear(): void {
    this.failure = undefined;
    this.#isReplaced = false;
    if (this.#values.size === 0) return;
    this.#values.clear();
    this.#around.clear();
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  concerns(field: string): boolean {
    return this.#values.has(field);
  }

  get(field: string): FieldValue {
    return this.#values.get(field);
  }

  /** Sets a field, or removes it (undefined). `present` is the event with the changes so far. Returns why that is not possible. */
  set(field: string, value: FieldValue, present: Present): string | undefined {
    const isNew = value !== undefined && present.isNew(field);
    const isFree = isNew && !this.#around.has(field);
    const conflict = value === undefined ? undefined : conflictOf(field, present, isFree);
    if (conflict !== undefined) return conflict;
    if (!isNew || isLabel(field)) this.#isReplaced = true;
    this.#values.set(field, value);
    for (let dot = field.indexOf('.'); dot !== -1; dot = field.indexOf('.', dot + 1))
      this.#around.add(field.slice(0, dot));
    return undefined;
  }

  /** Whether the event has a value of the field, or of one below it. */
  has(field: string, before: Unchanged): boolean {
    if (isPresent(this.#values.has(field) ? this.#values.get(field) : before.get(field))) return true;
    return this.names(`${field}.*`, before).some((name) =>
      isPresent(this.#values.has(name) ? this.#values.get(name) : before.get(name)),
    );
  }

  names(pattern: string, before: Unchanged): string[] {
    const names = new Set(before.names(pattern));
    const wanted = namePattern(pattern);
    for (const [name, value] of this.#values)
      if (value === undefined) names.delete(name);
      else if (wanted.test(name)) names.add(name);
    return [...names];
  }

  /** Adds what was set to the additions of the document, before it is written. Returns false where `apply` has to change it afterwards. */
  addTo(additions: Additions): boolean {
    if (this.#isReplaced || this.failure !== undefined) return false;
    if (!this.isEmpty) additions.fields(this.#fields());
    return true;
  }

  /**
   * Changes the document that lies at `[start, out.at)`. What is removed or replaced goes first, so that no old value gives way to a new one
   * by moving elsewhere. Everything else is copied as text.
   */
  apply(out: ByteWriter, start: number): void {
    if (this.isEmpty && this.failure === undefined) return;
    const stripped = this.#stripped;
    stripped.at = 0;
    this.#object(out.bytes, start, out.at, '');
    const spans = Uint32Array.of(0, stripped.at);
    this.#view.open({ bytes: stripped.bytes.subarray(0, stripped.at), spans, count: 1 });
    this.#view.read(0);
    this.#additions.clear();
    this.#additions.fields(this.#fields());
    out.at = start;
    this.#splicer.write(this.#view, this.#additions, out);
  }

  /** What was set, and why a processor failed. */
  #fields(): JsonObject {
    const fields: JsonObject = newObject();
    for (const [name, value] of this.#values)
      if (value !== undefined) fields[name] = name === 'tags' ? tagsOf([value, this.#failureTags()]) : value;
    if (this.failure !== undefined) fields['labels.processor_failure'] = this.failure;
    return fields;
  }

  /** Returns false for an object of which nothing is left. */
  #object(bytes: Buffer, start: number, end: number, prefix: string): boolean {
    const to = this.#stripped;
    to.byte(OPEN_BRACE);
    const members = new Members(bytes, start, end);
    let count = 0;
    while (members.nextMember()) {
      const { key, keyEnd, value, valueEnd } = members;
      const name = prefix + decodeString(bytes, key, keyEnd, false);
      if (this.#values.has(name)) continue;
      const before = to.at;
      if (count > 0) to.byte(COMMA);
      to.span(bytes, key - 1, value);
      if (this.#value(bytes, value, valueEnd, name)) count += 1;
      else to.at = before;
    }
    to.byte(CLOSE_BRACE);
    return count > 0;
  }

  #value(bytes: Buffer, value: number, end: number, name: string): boolean {
    const isConcerned = this.#around.has(name);
    if (isConcerned && bytes[value] === OPEN_BRACE) return this.#object(bytes, value, end, `${name}.`);
    if (isConcerned && bytes[value] === OPEN_BRACKET) this.#list(bytes, value, end, name);
    else this.#stripped.span(bytes, value, end);
    return true;
  }

  #list(bytes: Buffer, start: number, end: number, name: string): void {
    const to = this.#stripped;
    to.byte(OPEN_BRACKET);
    const elements = new Members(bytes, start, end);
    for (let count = 0; elements.nextElement(); count += 1) {
      if (count > 0) to.byte(COMMA);
      this.#value(bytes, elements.value, elements.valueEnd, name);
    }
    to.byte(CLOSE_BRACKET);
  }
}

/** What gives way to an object in a document becomes a label, so labels are complete when the document is. */
const isLabel = (field: string) => field === 'labels' || field.startsWith('labels.');

/**
 * A field cannot be below a value, nor a value where an object is: an index would refuse the event. `isFree`: nothing is at the field or
 * below it.
 */
function conflictOf(field: string, present: Unchanged, isFree: boolean): string | undefined {
  for (let dot = field.indexOf('.'); dot !== -1; dot = field.indexOf('.', dot + 1)) {
    const above = field.slice(0, dot);
    if (isPresent(present.get(above))) return `\`${field}\` cannot be set, because \`${above}\` is a value`;
  }
  const [below] = isFree ? [] : present.names(`${field}.*`);
  return below === undefined
    ? undefined
    : `\`${field}\` cannot be set, because it is an object with \`${below}\``;
}
