import { ENTRY, EventView, fieldPath, isObject, type JsonObject } from '../../events/index.ts';
import { cutDocument } from '../../lumberjack/oversized-event.ts';
import type { BatchBuilder } from '../batch-builder.ts';
import { type ConstantFields, constantFields, EventWriter } from '../event-writer.ts';
import { fieldsOfPeer } from '../network/line-sink.ts';
import type { Peer } from '../network/peer.ts';
import { AddedFields, fieldsOfIndex } from './added-fields.ts';

interface EventMakerOptions {
  /** Fields of every event. */
  fields: JsonObject;
  /** Who sent them; absent where they were fetched from a third party. */
  peer?: Peer;
  /** Bytes; longer lines and documents are cut. */
  maxMessage: number;
  truncated: () => void;
}

/** What one document gets beside its own fields. */
export interface Extras {
  /** Its index or topic, whose name stands for a dataset. */
  index: string;
  /** JSON text by the name of a top-level member. A member that the document has stays. */
  members?: Readonly<Record<string, string>>;
  /** Time of a line, as JSON text without quotes. Without it, that of `setTime`. */
  time?: string;
}

/** What documents of one index get, in the forms in which it is written. */
interface Additions {
  /** For documents that are events. */
  event: AddedFields;
  /** For events of senders that name neither their agent nor their host. */
  anonymous: AddedFields;
  /** For lines. */
  line: ConstantFields;
}

const timestamp = fieldPath('@timestamp');
const message = fieldPath('message');
const tags = fieldPath('tags');
const agent = fieldPath('agent');
const host = fieldPath('host');
/** Indices of one connection whose fields are kept ready. */
const mostIndices = 1_000;

/**
 * Makes events of what one connection sends. A JSON object with `@timestamp` is an event: its fields stay, and what is missing is
 * added. Any other JSON object is a line that a parser reads, as it would in a file; so is plain text.
 */
export class EventMaker {
  readonly #options: EventMakerOptions;
  readonly #view = new EventView();
  readonly #writer = new EventWriter();
  readonly #additions = new Map<string, Additions>();

  constructor(options: EventMakerOptions) {
    this.#options = options;
  }

  /** Sets the time of lines, before those of a request. */
  setTime(iso: string): void {
    this.#writer.setTime(iso);
  }

  /** Adds the document `bytes[from, to)` to the batch. Returns why it is none, to follow the words "the event". */
  document(
    builder: BatchBuilder,
    bytes: Buffer,
    from: number,
    to: number,
    extras?: Extras,
  ): string | undefined {
    const view = this.#view;
    const isLong = to - from > this.#options.maxMessage;
    const cut = isLong ? this.#cut(bytes, from) : undefined;
    const spans = cut === undefined ? Uint32Array.of(from, to) : Uint32Array.of(0, cut.length);
    view.open({ bytes: cut ?? bytes, spans, count: 1 });
    view.read(0);
    if (view.problem !== undefined) return view.problem;
    const additions = this.#additionsOf(extras);
    if (view.entryOf(timestamp) !== -1) this.#writeEvent(builder, additions, extras);
    else this.#writeLine(builder, additions, extras);
    return undefined;
  }

  #cut(bytes: Buffer, from: number): Buffer {
    const { maxMessage, truncated } = this.#options;
    truncated();
    return cutDocument(bytes.subarray(from, from + maxMessage));
  }

  /** Adds the line `bytes[from, to)` to the batch. */
  line(builder: BatchBuilder, bytes: Buffer, from: number, to: number, extras?: Extras): void {
    const { maxMessage, truncated } = this.#options;
    const isLong = to - from > maxMessage;
    if (isLong) truncated();
    const flags = isLong ? { flags: ['truncated'] } : {};
    const end = isLong ? from + maxMessage : to;
    const constant = withMembers(this.#additionsOf(extras).line, membersOf(extras));
    this.#writer.write(builder, constant, { bytes, from, to: end, ...flags, ...timeOf(extras) });
  }

  #writeEvent(builder: BatchBuilder, additions: Additions, extras: Extras | undefined): void {
    const view = this.#view;
    const isNamed = view.hasAt(agent) || view.hasAt(host);
    const added = isNamed ? additions.event : additions.anonymous;
    const first = [...membersOf(extras, view), added.membersFor(view)].filter((text) => text !== '');
    const { bytes, start, end } = view.walker;
    const members = this.#tagged(added) ?? bytes.subarray(start + 1, end);
    // Behind the first brace an event with `@timestamp` has a member.
    writeParts(builder, `{${first.join(',')}${first.length > 0 ? ',' : ''}`, members);
  }

  /** The members of the event and its closing brace, with the tags of the input among its own. */
  #tagged(added: AddedFields): Buffer | undefined {
    const view = this.#view;
    const entry = view.entryOf(tags);
    const all = added.tagsWith(entry === -1 ? undefined : view.valueOf(entry));
    if (all === undefined) return undefined;
    const { bytes, entries, start, end } = view.walker;
    if (entry === -1)
      return Buffer.concat([Buffer.from(`"tags":${JSON.stringify(all)},`), bytes.subarray(start + 1, end)]);
    return Buffer.concat([
      bytes.subarray(start + 1, entries[entry * ENTRY + 2]),
      Buffer.from(JSON.stringify(all)),
      bytes.subarray(entries[entry * ENTRY + 3], end),
    ]);
  }

  /** The whole object is the line: a parser places its fields, and finds its time, by the names that programs use. */
  #writeLine(builder: BatchBuilder, { line }: Additions, extras: Extras | undefined): void {
    const { bytes, start, end } = this.#view.walker;
    const constant = withMembers(line, membersOf(extras));
    this.#writer.writeUtf8(builder, constant, { bytes, from: start, to: end, ...timeOf(extras) });
  }

  #additionsOf({ index }: Extras = noExtras): Additions {
    const known = this.#additions.get(index);
    if (known !== undefined) return known;
    const { fields, peer } = this.#options;
    const all = merged(fieldsOfIndex(index), fields);
    const ofPeer = peer === undefined ? all : fieldsOfPeer(all, peer, undefined);
    const made = {
      event: new AddedFields(all),
      anonymous: new AddedFields(ofPeer),
      line: constantFields(ofPeer),
    };
    if (this.#additions.size < mostIndices) this.#additions.set(index, made);
    return made;
  }
}

const noExtras: Extras = { index: '' };
const timeOf = (extras: Extras | undefined) => (extras?.time === undefined ? {} : { time: extras.time });

/** The extra members of a document, without those that it has itself. */
function membersOf({ members = {} }: Extras = noExtras, view?: EventView): string[] {
  return Object.entries(members)
    .filter(([name]) => view === undefined || view.entryOf(fieldPath(name)) === -1)
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`);
}

/** In front of the message, which the constant part ends with. */
function withMembers(constant: ConstantFields, members: readonly string[]): ConstantFields {
  if (members.length === 0) return constant;
  const { afterOffset } = constant;
  const key = afterOffset.lastIndexOf(`,${JSON.stringify(message.name)}:"`);
  const text = Buffer.from(`,${members.join(',')}`);
  return { afterOffset: Buffer.concat([afterOffset.subarray(0, key), text, afterOffset.subarray(key)]) };
}

function writeParts(builder: BatchBuilder, head: string, tail: Buffer): void {
  const start = Buffer.from(head);
  const bytes = builder.space(start.length + tail.length);
  bytes.set(start, builder.at);
  bytes.set(tail, builder.at + start.length);
  builder.add(builder.at + start.length + tail.length);
}

/** Objects are merged at all levels; of other values the second one holds. */
function merged(first: JsonObject, second: JsonObject): JsonObject {
  const result = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const known = result[key];
    result[key] = isObject(known) && isObject(value) ? merged(known, value) : value;
  }
  return result;
}
