import { isObject, type Json, type JsonObject } from '../json.ts';
import { DocumentWalker } from '../mapping/document-walker.ts';
import { partsAt } from '../mapping/source-values.ts';
import { type Bits, docsOf, hasBit, intersect, noBits, setBit, unite } from '../storage/bits.ts';
import { documentsWith } from '../storage/column.ts';
import type { StoredDocument } from '../storage/files.ts';
import { OpenSegment } from '../storage/open-segment.ts';
import type { Segment } from '../storage/segment.ts';
import { illegalArgument, parsingError, queryShardError } from '../store-error.ts';
import { type Documents, type Matcher, matchNone, type Query, type QueryContext } from './matcher.ts';
import { checkKeys, numberOf } from './shape.ts';

/**
 * A run of nested objects as documents of their own, and for each the document (of the outer
 * segment) that holds it.
 */
interface NestedPart {
  segment: OpenSegment;
  owners: number[];
}

/**
 * The nested objects at one path, made of the documents when a query asks for them. Log lines
 * hardly ever have any, so nothing is spent on them when they are written.
 *
 * One instance serves one request and reads each document with such objects once. Lucene indexes
 * nested objects as documents; here each object becomes one in a segment in memory, and its place
 * among them is its sequence.
 */
class NestedObjects implements Documents {
  readonly #context: QueryContext;
  readonly #path: string;
  readonly #walker: DocumentWalker;
  /** How far the documents of each segment were read. */
  readonly #read = new Map<Segment, { parts: NestedPart[]; docs: Uint16Array; at: number }>();
  readonly #objects: Buffer[] = [];

  constructor(context: QueryContext, path: string) {
    this.#context = context;
    this.#path = path;
    this.#walker = new DocumentWalker(context.mapping);
  }

  /** The context for the inner query: these objects in place of the documents. */
  get context(): QueryContext {
    return { ...this.#context, shard: this, nested: this.#path };
  }

  get segments(): Segment[] {
    return this.#context.shard.segments.flatMap((segment) =>
      this.partsOf(segment).map((part) => part.segment),
    );
  }

  /** The object with that number; ids and versions are the outer document's and not known here. */
  read(sequence: number): StoredDocument {
    return { id: '', version: 1, written: 0, source: this.#objects[sequence]! };
  }

  /** Nested objects have no ids. */
  find(): undefined {
    return undefined;
  }

  /**
   * The objects in the documents of one segment, built when first asked for. Building may end at the end of a slice and
   * goes on in the next.
   */
  partsOf(segment: Segment): NestedPart[] {
    const progress = this.#read.get(segment) ?? { parts: [], docs: docsOf(this.#candidates(segment)), at: 0 };
    this.#read.set(segment, progress);
    while (progress.at < progress.docs.length) {
      const doc = progress.docs[progress.at++]!;
      for (const object of this.#objectsOf(segment.base + doc)) this.#add(progress.parts, doc, object);
      this.#context.pace.pause();
    }
    return progress.parts;
  }

  /** Live documents that have a value in any field below the path. */
  #candidates(segment: Segment): Bits {
    const bits = noBits();
    for (const field of this.#context.mapping.fields.values()) {
      const column = field.name.startsWith(`${this.#path}.`) ? segment.column(field) : undefined;
      if (column) unite(bits, documentsWith(column));
    }
    return intersect(bits, segment.live);
  }

  /** The objects of a document at the path. */
  #objectsOf(sequence: number): JsonObject[] {
    const document = this.#context.shard.read(sequence);
    if (!document) return [];
    return partsAt(JSON.parse(document.source.toString()) as JsonObject, this.#path).filter(isObject);
  }

  /**
   * Adds an object. It is wrapped in its path again, so that its fields are found by their full
   * names.
   */
  #add(parts: NestedPart[], doc: number, object: JsonObject): void {
    const steps = this.#path.split('.');
    const document = steps.reduceRight<JsonObject>((inner, step) => ({ [step]: inner }), object);
    let part = parts.at(-1);
    if (!part || part.segment.isFull) {
      part = { segment: new OpenSegment(this.#objects.length), owners: [] };
      parts.push(part);
    }
    const source = Buffer.from(JSON.stringify(document));
    this.#walker.walk(document, undefined, () => source.toString());
    part.segment.add(this.#walker.fields, this.#walker.values, source.length, 0);
    part.owners.push(doc);
    this.#objects.push(source);
  }
}

/** How the scores of a document's objects become one, as in Elasticsearch's `score_mode`. */
type ScoreMode = 'avg' | 'sum' | 'min' | 'max' | 'none';

/** Documents that hold an object which matches. */
function nestedMatcher(objects: NestedObjects, inner: Matcher, mode: ScoreMode, boost: number): Matcher {
  const found = ({ segment }: NestedPart) => intersect(inner.match(segment), segment.live);
  const matching = (part: NestedPart) => [...docsOf(found(part))];
  return {
    match(segment) {
      const bits = noBits();
      for (const part of objects.partsOf(segment))
        for (const at of matching(part)) setBit(bits, part.owners[at]!);
      return bits;
    },
    score(segment, scores, wanted) {
      if (mode === 'none') return;
      const known = new Map<number, number[]>();
      for (const part of objects.partsOf(segment)) {
        const own = new Float64Array(part.segment.size);
        const bits = found(part);
        inner.score(part.segment, own, bits);
        for (const at of docsOf(bits)) {
          const doc = part.owners[at]!;
          if (hasBit(wanted, doc)) known.set(doc, [...(known.get(doc) ?? []), own[at]!]);
        }
      }
      for (const [doc, ones] of known) scores[doc]! += combine(ones, mode) * boost;
    },
    marks: (segment, doc) =>
      objects.partsOf(segment).flatMap((part) =>
        matching(part)
          .filter((at) => part.owners[at] === doc)
          .flatMap((at) => inner.marks?.(part.segment, at) ?? []),
      ),
  };
}

/** One score of several. */
function combine(scores: number[], mode: ScoreMode): number {
  if (mode === 'max') return Math.max(...scores);
  if (mode === 'min') return Math.min(...scores);
  const sum = scores.reduce((all, one) => all + one, 0);
  return mode === 'avg' ? sum / scores.length : sum;
}

const keys = ['path', 'query', 'score_mode', 'ignore_unmapped', 'boost', '_name', 'inner_hits'];
const modes = ['avg', 'sum', 'min', 'max', 'none'];

/**
 * Parses a `nested` query. `parse` parses the query within.
 * @throws StoreError
 */
export function parseNested(body: JsonObject, parse: (json: Json | undefined) => Query): Query {
  checkKeys('nested', body, keys);
  if (body.inner_hits !== undefined)
    throw parsingError('[nested] inner_hits are not supported by this store');
  if (typeof body.path !== 'string') throw parsingError("[nested] requires 'path' field");
  if (body.query === undefined) throw parsingError("[nested] requires 'query' field");
  const { path } = body;
  const mode = String(body.score_mode ?? 'avg') as ScoreMode;
  if (!modes.includes(mode)) throw illegalArgument(`No score mode for child query [${mode}] found`);
  const inner = parse(body.query);
  return (context) => {
    if (context.mapping.object(path)?.nested) {
      const objects = new NestedObjects(context, path);
      return nestedMatcher(objects, inner(objects.context), mode, numberOf(body.boost, 1));
    }
    if (body.ignore_unmapped === true) return matchNone;
    throw queryShardError(
      `failed to create query: [nested] failed to find nested object under path [${path}]`,
    );
  };
}
