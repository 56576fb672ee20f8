import type { Millis } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import { DocumentWalker } from '../mapping/document-walker.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { SpanWalker } from '../spans/span-walker.ts';
import type { OpenSegment } from './open-segment.ts';

/** Stands for a document that was read from its bytes and never parsed. */
export const asRead: unique symbol = Symbol('as read');

/** Reads the documents of one mapping: usual ones from their bytes, the others as objects. */
export class DocumentReader {
  readonly #walker: DocumentWalker;
  readonly #spans: SpanWalker;

  constructor(mapping: Mapping) {
    this.#walker = new DocumentWalker(mapping);
    this.#spans = new SpanWalker(mapping);
  }

  /**
   * Reads a usual document, which is `source` or a part of it; returns false for any other, which has to be parsed. `isStream`: it needs
   * one `@timestamp`.
   */
  reads(source: Buffer, isStream: boolean, start = 0, end = source.length): boolean {
    return this.#spans.read(source, start, end) && (this.#spans.isTimed || !isStream);
  }

  /**
   * Reads a document that was parsed; one that was read already stays as it is.
   * @throws StoreError where it does not fit the mapping.
   */
  read(document: JsonObject | typeof asRead, id: string, source: Buffer): void {
    if (document !== asRead) this.#walker.walk(document, id, () => source.toString());
  }

  /** Adds what was read last to a segment. `size`: bytes of the document. */
  addTo(
    segment: OpenSegment,
    document: JsonObject | typeof asRead,
    source: Buffer,
    now: Millis,
    size = source.length,
  ): void {
    if (document === asRead) segment.addSpans(this.#spans, source, now, size);
    else segment.add(this.#walker.fields, this.#walker.values, size, now);
  }

  /** Adds a document that was accepted before. By a later mapping it may not fit any more: then it has no values. */
  addAgain(segment: OpenSegment, id: string, source: Buffer, written: Millis): void {
    if (this.reads(source, false)) {
      this.addTo(segment, asRead, source, written);
      return;
    }
    // It was parsed once before it was accepted.
    const document = JSON.parse(source.toString()) as JsonObject;
    if (this.#walker.fits(document, id, () => source.toString()))
      this.addTo(segment, document, source, written);
    else segment.add([], [], source.length, written);
  }

  /** Whether dynamic mapping added fields since the last call. */
  takeGrown(): boolean {
    const { grown } = this.#walker;
    this.#walker.grown = false;
    return grown;
  }
}
