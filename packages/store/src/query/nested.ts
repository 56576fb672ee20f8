import { isObject, type Json, type JsonObject } from '../json.ts';
import { DocumentWalker } from '../mapping/document-walker.ts';
import { partsAt } from '../mapping/source-values.ts';
import { type Bits, docsOf, intersect, noBits, setBit, unite } from '../storage/bits.ts';
import { documentsWith } from '../storage/column.ts';
import type { StoredDocument } from '../storage/files.ts';
import { OpenSegment, type Segment } from '../storage/segment.ts';
import { illegalArgument, parsingError, queryShardError } from '../store-error.ts';
import { type Documents, type Matcher, matchNone, type Query, type QueryContext } from './matcher.ts';
import { checkKeys, numberOf } from './shape.ts';

/** A run of nested objects as documents of their own, and for each the document that it lies in. */
interface NestedPart {
  segment: OpenSegment;
  owners: number[];
}

/**
 * The nested objects at one path, made from the documents when a query asks for them: log lines hardly ever have any,
 * and so nothing is spent on them where they are written. All documents with such objects are read once a request.
 */
class NestedObjects implements Documents {
  readonly #context: QueryContext;
  readonly #path: string;
  readonly #walker: DocumentWalker;
  readonly #parts = new Map<Segment, NestedPart[]>();
  readonly #objects: Buffer[] = [];

  constructor(context: QueryContext, path: string) {
    this.#context = context;
    this.#path = path;
    this.#walker = new DocumentWalker(context.mapping);
  }

  /** Queries within look at these objects as at documents. */
  get context(): QueryContext {
    return { ...this.#context, shard: this, nested: this.#path };
  }

  get segments(): Segment[] {
    return this.#context.shard.segments.flatMap((segment) =>
      this.partsOf(segment).map((part) => part.segment),
    );
  }

  read(sequence: number): StoredDocument {
    return { id: '', version: 1, written: 0, source: this.#objects[sequence]! };
  }

  find(): undefined {
    return undefined;
  }

  partsOf(segment: Segment): NestedPart[] {
    const known = this.#parts.get(segment);
    if (known) return known;
    const parts: NestedPart[] = [];
    this.#parts.set(segment, parts);
    for (const doc of docsOf(this.#candidates(segment)))
      for (const object of this.#objectsOf(segment.base + doc)) this.#add(parts, doc, object);
    return parts;
  }

  #candidates(segment: Segment): Bits {
    const bits = noBits();
    for (const field of this.#context.mapping.fields.values()) {
      const column = field.name.startsWith(`${this.#path}.`) ? segment.column(field) : undefined;
      if (column) unite(bits, documentsWith(column));
    }
    return intersect(bits, segment.live);
  }

  #objectsOf(sequence: number): JsonObject[] {
    const source = JSON.parse(this.#context.shard.read(sequence).source.toString()) as JsonObject;
    return partsAt(source, this.#path).filter(isObject);
  }

  /** The object stands at its own path again, so that its fields are found by their names. */
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

type ScoreMode = 'avg' | 'sum' | 'min' | 'max' | 'none';

/** Documents that have a nested object which matches; their score is made of those of the objects. */
function nestedMatcher(objects: NestedObjects, inner: Matcher, mode: ScoreMode, boost: number): Matcher {
  const matching = ({ segment }: NestedPart) => [...docsOf(intersect(inner.match(segment), segment.live))];
  return {
    match(segment) {
      const bits = noBits();
      for (const part of objects.partsOf(segment))
        for (const at of matching(part)) setBit(bits, part.owners[at]!);
      return bits;
    },
    score(segment, scores) {
      if (mode === 'none') return;
      const found = new Map<number, number[]>();
      for (const part of objects.partsOf(segment)) {
        const own = new Float64Array(part.segment.size);
        inner.score(part.segment, own);
        for (const at of matching(part)) {
          const doc = part.owners[at]!;
          found.set(doc, [...(found.get(doc) ?? []), own[at]!]);
        }
      }
      for (const [doc, ones] of found) scores[doc]! += combine(ones, mode) * boost;
    },
    marks: (segment, doc) =>
      objects.partsOf(segment).flatMap((part) =>
        matching(part)
          .filter((at) => part.owners[at] === doc)
          .flatMap((at) => inner.marks?.(part.segment, at) ?? []),
      ),
  };
}

function combine(scores: number[], mode: ScoreMode): number {
  if (mode === 'max') return Math.max(...scores);
  if (mode === 'min') return Math.min(...scores);
  const sum = scores.reduce((all, one) => all + one, 0);
  return mode === 'avg' ? sum / scores.length : sum;
}

const keys = ['path', 'query', 'score_mode', 'ignore_unmapped', 'boost', '_name', 'inner_hits'];
const modes = ['avg', 'sum', 'min', 'max', 'none'];

/** `parse` reads the query within. */
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
