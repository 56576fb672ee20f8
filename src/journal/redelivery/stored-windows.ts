import { Identifier } from '../../events/index.ts';
import type { Batch, EventBlock, Position } from '../../model.ts';
import { releaseBuffer } from '../../util/release-buffer.ts';
import type { JournalReader } from '../reader.ts';
import { closePayload } from '../record.ts';
import type { EventIdentity, MarkedEvent, Which } from './marked-windows.ts';

interface StoredWindowsOptions {
  journal: JournalReader;
  /** Decodes the payload of a record. */
  open: (batch: Batch) => EventBlock;
  /** Secret, and the same for all nodes that share a memory. */
  seed: number;
}

/** An event with its place in the block. */
export type IdentifiedEvent = EventIdentity & { index: number };

/** Computes marks and identities of events, in a block or read again from the journal. */
export class StoredWindows {
  readonly #options: StoredWindowsOptions;
  readonly #identifier: Identifier;

  constructor(options: StoredWindowsOptions) {
    this.#options = options;
    this.#identifier = new Identifier(options.seed);
  }

  /** Marks of all events of a block, 0 for those without a timestamp. */
  marksOf(block: EventBlock): Uint32Array {
    const marks = new Uint32Array(block.count);
    this.#identifier.open(block);
    for (let index = 0; index < block.count; index += 1) marks[index] = this.#identifier.markOf(index);
    this.#identifier.close();
    return marks;
  }

  /** Identities of the events whose mark, one of `marks`, is wanted. */
  identify(block: EventBlock, marks: Uint32Array, wanted: (mark: number) => boolean): IdentifiedEvent[] {
    const found: IdentifiedEvent[] = [];
    this.#identifier.open(block);
    for (let index = 0; index < block.count; index += 1) {
      const mark = marks[index]!;
      if (!wanted(mark)) continue;
      const placed = mark !== 0 && this.#identifier.isPlaced(index);
      found.push({ index, mark, placed, identity: this.#identifier.of(index) });
    }
    this.#identifier.close();
    return found;
  }

  /** The number of events of a window without reading them; undefined if the record was trimmed or is damaged. */
  countAt(position: Position): number | undefined {
    const [record] = this.#options.journal.read(position - 1, Number.MAX_SAFE_INTEGER, 1, () => true);
    return record?.position === position && record.kind === 'events' ? record.count : undefined;
  }

  /** The marks of those events of a window that are selected; undefined if the record was trimmed or is damaged. */
  marksAt(position: Position, which: Which): Uint32Array | undefined {
    return this.#readAt(position, (block) => {
      const marks = this.marksOf(block);
      this.#identifier.open(block);
      const selected = marks.filter((mark, index) => which(this.#seen(mark, index)));
      this.#identifier.close();
      return selected;
    });
  }

  /** Identities of those events that are selected and have a wanted mark; undefined if the record was trimmed or is damaged. */
  identitiesAt(
    position: Position,
    which: Which,
    wanted: (mark: number) => boolean = () => true,
  ): EventIdentity[] | undefined {
    return this.#readAt(position, (block) => this.identify(block, this.marksOf(block), wanted).filter(which));
  }

  /** Looks for the place of an event only if it is asked for. */
  #seen(mark: number, index: number): MarkedEvent {
    const identifier = this.#identifier;
    return {
      mark,
      get placed() {
        return mark !== 0 && identifier.isPlaced(index);
      },
    };
  }

  #readAt<T>(position: Position, read: (block: EventBlock) => T): T | undefined {
    try {
      const [record] = this.#options.journal.read(position - 1, Number.MAX_SAFE_INTEGER, 1);
      if (record?.position !== position || record.kind !== 'events') return undefined;
      const block = this.#options.open(record);
      const result = read(block);
      closePayload(record, block);
      releaseBuffer(record.payload);
      return result;
    } catch {
      return undefined;
    }
  }
}
