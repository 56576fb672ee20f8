import { encodeId, type Files, idKey, maxIdBytes } from './files.ts';
import { IdGroups } from './id-groups.ts';

/** A document within the body of a request, as places in it. */
export interface DocumentSpan {
  body: Buffer;
  idStart: number;
  idEnd: number;
  start: number;
  end: number;
}

/**
 * The sequences of an index's documents by their ids: those of documents that were written one by one in the database `ids`, those of
 * documents in blocks in `groups`. An entry may be of a document that is gone, so each is asked whether it is live.
 */
export class DocumentIds {
  readonly #files: Files;
  readonly #index: number;
  readonly #isLive: (sequence: number) => boolean;
  readonly #groups: IdGroups;

  constructor(files: Files, index: number, isLive: (sequence: number) => boolean) {
    this.#files = files;
    this.#index = index;
    this.#isLive = isLive;
    this.#groups = new IdGroups(files, index);
  }

  /** The sequence of the live document with that id, or undefined. */
  find(id: string): number | undefined {
    const sequence = this.#single(id) ?? this.#groups.read(Buffer.from(id));
    return this.#isLive(sequence) ? sequence : undefined;
  }

  #single(id: string): number | undefined {
    const sequence = this.#files.ids.getBinary(idKey(this.#index, id))?.readUInt32LE(0);
    return sequence !== undefined && this.#isLive(sequence) ? sequence : undefined;
  }

  /** Whether a document with that id can be added: there is none, and the id is not too long. */
  isFree({ body, idStart, idEnd }: DocumentSpan): boolean {
    if (idEnd - idStart > maxIdBytes || this.#isLive(this.#groups.find(body, idStart, idEnd))) return false;
    return (
      !this.#groups.hasSingles(body, idStart, idEnd) ||
      this.#single(body.toString('utf8', idStart, idEnd)) === undefined
    );
  }

  /** Notes the id of a document in a block. It can be found after `flush`. */
  add({ body, idStart, idEnd }: DocumentSpan, sequence: number): void {
    this.#groups.put(body, idStart, idEnd, sequence);
  }

  flush(): void {
    this.#groups.flush();
  }

  /** Notes the id of a document that has an entry of its own. */
  put(id: string, sequence: number, version: number): void {
    this.#files.ids.putSync(idKey(this.#index, id), encodeId(sequence, version));
    // Groups in memory do not know of it.
    this.#groups.flush();
  }

  /** Removes the id of a document that has an entry of its own. */
  remove(id: string): void {
    this.#files.ids.removeSync(idKey(this.#index, id));
  }

  /** Removes the id of a document in a block. */
  removeGrouped(id: string, sequence: number): void {
    this.#groups.remove(Buffer.from(id), sequence);
    this.#groups.flush();
  }
}
