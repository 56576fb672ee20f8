import { ENTRY, EventView, fieldPath, isObject, type JsonObject } from '../../events/index.ts';
import { cutDocument } from '../../lumberjack/oversized-event.ts';
import type { BatchBuilder } from '../batch-builder.ts';
import { type ConstantFields, constantFields, EventWriter } from '../event-writer.ts';
import { fieldsOfPeer } from '../network/line-sink.ts';
import type { Peer } from '../network/peer.ts';
import { AddedFields } from './added-fields.ts';
import { type DocumentMeta, fieldsOfIndex } from './bulk-body.ts';

interface EventMakerOptions {
  /** Fields of every event. */
  fields: JsonObject;
  peer: Peer;
  /** Bytes; longer lines and documents are cut. */
  maxMessage: number;
  truncated: () => void;
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
const metadata = fieldPath('@metadata');
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
    meta?: DocumentMeta,
  ): string | undefined {
    const { maxMessage, truncated } = this.#options;
    if (to - from > maxMessage) {
      truncated();
      const cut = cutDocument(bytes.subarray(from, from + maxMessage));
      return this.#document(builder, cut, 0, cut.length, meta);
    }
    return this.#document(builder, bytes, from, to, meta);
  }

  /** Adds the line `bytes[from, to)` to the batch. */
  line(builder: BatchBuilder, bytes: Buffer, from: number, to: number): void {
    const { maxMessage, truncated } = this.#options;
    const isLong = to - from > maxMessage;
    if (isLong) truncated();
    const flags = isLong ? { flags: ['truncated'] } : {};
    const end = isLong ? from + maxMessage : to;
    this.#writer.write(builder, this.#additionsOf('').line, { bytes, from, to: end, ...flags });
  }

  #document(
    builder: BatchBuilder,
    bytes: Buffer,
    from: number,
    to: number,
    meta?: DocumentMeta,
  ): string | undefined {
    const view = this.#view;
    view.open({ bytes, spans: Uint32Array.of(from, to), count: 1 });
    view.read(0);
    if (view.problem !== undefined) return view.problem;
    const additions = this.#additionsOf(meta?.index ?? '');
    if (view.entryOf(timestamp) !== -1) this.#writeEvent(builder, additions, meta);
    else this.#writeLine(builder, additions, meta);
    return undefined;
  }

  #writeEvent(builder: BatchBuilder, additions: Additions, meta: DocumentMeta | undefined): void {
    const view = this.#view;
    const isNamed = view.hasAt(agent) || view.hasAt(host);
    const added = isNamed ? additions.event : additions.anonymous;
    const first = [metadataText(view, meta), added.membersFor(view)].filter((text) => text !== '');
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
  #writeLine(builder: BatchBuilder, { line }: Additions, meta: DocumentMeta | undefined): void {
    const { bytes, start, end } = this.#view.walker;
    const own = metadataText(this.#view, meta);
    const constant = own === '' ? line : withMember(line, own);
    this.#writer.writeUtf8(builder, constant, { bytes, from: start, to: end });
  }

  #additionsOf(index: string): Additions {
    const known = this.#additions.get(index);
    if (known !== undefined) return known;
    const { fields, peer } = this.#options;
    const all = merged(fieldsOfIndex(index), fields);
    const ofPeer = fieldsOfPeer(all, peer, undefined);
    const made = {
      event: new AddedFields(all),
      anonymous: new AddedFields(ofPeer),
      line: constantFields(ofPeer),
    };
    if (this.#additions.size < mostIndices) this.#additions.set(index, made);
    return made;
  }
}

/** `@metadata` of what the action line says, as a member; empty where the event has its own. */
function metadataText(view: EventView, meta: DocumentMeta | undefined): string {
  if (meta === undefined || view.entryOf(metadata) !== -1) return '';
  const { index, id, pipeline } = meta;
  return `"@metadata":${JSON.stringify({ _index: index, ...(id !== undefined && { _id: id }), pipeline })}`;
}

/** In front of the message, which the constant part ends with. */
function withMember({ afterOffset }: ConstantFields, text: string): ConstantFields {
  const key = afterOffset.lastIndexOf(`,${JSON.stringify(message.name)}:"`);
  const parts = [afterOffset.subarray(0, key), Buffer.from(`,${text}`), afterOffset.subarray(key)];
  return { afterOffset: Buffer.concat(parts) };
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
