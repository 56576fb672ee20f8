import { ByteWriter, Constant } from '../../../events/index.ts';
import type { BulkItem, PackedItems } from '../../../model.ts';
import { actionEnd, actionStart } from './bulk-request.ts';

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

/** What the action lines of many items have in common. `id` goes between. */
export class ActionTemplate {
  readonly start: Constant;
  readonly end: Constant;

  constructor(action: Omit<BulkItem, 'id' | 'document'>) {
    this.start = new Constant(actionStart(action));
    this.end = new Constant(`${actionEnd(action)}\n`);
  }
}

/**
 * Items in the form in which a bulk request takes them: action lines and documents, every line ended. They are written one after the
 * other into one buffer, which is used again after `clear`. Only where the server refuses some of them are they made into objects.
 */
export class PackedBulk implements PackedItems {
  /** For each item the offsets where its document begins and where its line ends. */
  #offsets = new Uint32Array(2 * 4096);
  #count = 0;
  readonly writer: ByteWriter;

  constructor(size = 2 ** 16) {
    this.writer = new ByteWriter(size);
  }

  get length(): number {
    return this.#count;
  }

  /** Bytes of the body. */
  get bytes(): number {
    return this.writer.at;
  }

  /** Bytes of the buffer. */
  get capacity(): number {
    return this.writer.bytes.length;
  }

  get body(): Buffer {
    return this.writer.bytes.subarray(0, this.writer.at);
  }

  clear(): void {
    this.writer.at = 0;
    this.writer.release();
    this.#count = 0;
  }

  /** Begins an item whose id is the text of both parts. Its document is written next. */
  begin({ start, end }: ActionTemplate, idStart: Constant, idEnd: number): void {
    const { writer } = this;
    writer.constant(start);
    writer.byte(QUOTE);
    writer.constant(idStart);
    writer.base36(idEnd);
    writer.byte(QUOTE);
    writer.constant(end);
    this.#note();
  }

  /** Begins an item with any id. */
  beginNamed({ start, end }: ActionTemplate, id: string): void {
    const { writer } = this;
    writer.constant(start);
    writer.text(JSON.stringify(id));
    writer.constant(end);
    this.#note();
  }

  /** Ends the item whose document was written. */
  end(): void {
    this.#offsets[2 * this.#count + 1] = this.writer.at;
    this.writer.byte(LINE_FEED);
    this.#count += 1;
  }

  add({ id, document, ...action }: BulkItem): void {
    this.beginNamed(new ActionTemplate(action), id);
    if (typeof document === 'string') this.writer.text(document);
    else this.writer.span(document, 0, document.length);
    this.end();
  }

  /** Moves the last item to the end of another bulk. */
  moveLast(to: PackedBulk): void {
    const { writer } = this;
    const last = this.#count - 1;
    const start = last === 0 ? 0 : this.#offsets[2 * last - 1]! + 1;
    const added = to.writer.at - start;
    to.writer.span(writer.bytes, start, writer.at);
    to.#note();
    to.#offsets[2 * to.#count] = this.#offsets[2 * last]! + added;
    to.#offsets[2 * to.#count + 1] = this.#offsets[2 * last + 1]! + added;
    to.#count += 1;
    this.#count = last;
    writer.at = start;
  }

  /** Whether each document is on one line and not empty: see `problemOf`. */
  areLines(): boolean {
    const { body } = this;
    for (let item = 0; item < this.#count; item += 1) {
      const start = this.#offsets[2 * item]!;
      const end = this.#offsets[2 * item + 1]!;
      if (end === start || body.indexOf(LINE_FEED, start) !== end) return false;
    }
    return true;
  }

  /** The items as objects, whose documents are copies. */
  items(): BulkItem[] {
    const items: BulkItem[] = [];
    const { body } = this;
    let start = 0;
    for (let item = 0; item < this.#count; item += 1) {
      const document = this.#offsets[2 * item]!;
      const end = this.#offsets[2 * item + 1]!;
      const line = body.toString('utf8', start, document - 1);
      items.push({ ...itemOf(line), document: Buffer.from(body.subarray(document, end)) });
      start = end + 1;
    }
    return items;
  }

  #note(): void {
    if (2 * this.#count === this.#offsets.length) {
      const larger = new Uint32Array(2 * this.#offsets.length);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    this.#offsets[2 * this.#count] = this.writer.at;
  }
}

interface Action {
  _index: string;
  _id: string;
  routing?: string;
  pipeline?: string;
  version?: number;
}

function itemOf(line: string): Omit<BulkItem, 'document'> {
  const [[action, names]] = Object.entries(JSON.parse(line)) as [[BulkItem['action'], Action]];
  const { _index: index, _id: id, routing, pipeline, version } = names;
  return {
    ...{ action, index, id },
    ...(version !== undefined && { version }),
    ...(routing !== undefined && { routing }),
    ...(pipeline !== undefined && { pipeline }),
  };
}
