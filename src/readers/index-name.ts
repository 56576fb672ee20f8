import type { IndexingConfig } from '../config/schema/outputs.ts';
import type { BulkItem, Fields, FieldValue, Millis, Position, StoredAs } from '../model.ts';
import type { StreamFields } from '../parsers/document.ts';
import type { ReadEvent } from '../parsers/event.ts';
import { formatDate, legalCharacters, type PatternPiece, piecesOf } from '../util/field-pattern.ts';
import { cutToBytes } from '../util/text.ts';

/** The event from which a pattern is filled, with its `@metadata`. */
export interface Named extends Fields {
  readonly time: Millis;
  metadata(name: string): FieldValue;
}

/** A piece of a pattern: its text, and its value for an event; undefined where the event lacks the field. */
interface Part {
  text: string;
  /** Whether it is a field of the event, whose value may be of any length. */
  isField: boolean;
  of: (event: Named) => string | undefined;
}

/** Maximum length in bytes of a filled pattern: the limit of Elasticsearch for an id. */
const longest = 512;

/** Undefined where the event lacks a field of the pattern, or the text is empty or too long. */
function patternOf(pattern: string): (event: Named) => string | undefined {
  const parts = partsOf(pattern);
  return (event) => {
    let text = '';
    for (const part of parts) {
      const filled = part.of(event);
      if (filled === undefined) return undefined;
      text += filled;
    }
    return text === '' || Buffer.byteLength(text) > longest ? undefined : text;
  };
}

/** What fills each piece of a pattern (`src/util/field-pattern.ts`). */
function partsOf(pattern: string): Part[] {
  return piecesOf(pattern).map((piece) => ({
    text: piece.text,
    isField: piece.kind !== 'text' && piece.kind !== 'date',
    of: filling(piece),
  }));
}

function filling(piece: PatternPiece): Part['of'] {
  if (piece.kind === 'text') return () => piece.text;
  if (piece.kind === 'date') return (event) => formatDate(event.time, piece.format);
  const { path, otherwise } = piece;
  const [first, ...rest] = path;
  const name = (first === '@metadata' ? rest : path).join('.');
  const valueIn = (event: Named) => (first === '@metadata' ? event.metadata(name) : event.get(name));
  return (event) => textOf(valueIn(event)) ?? otherwise;
}

function textOf(value: FieldValue): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || one === null || one === '' ? undefined : String(one);
}

/** Where a document goes. `stream` is set for data streams only; its parts are fields of the document. */
export interface Destination extends Pick<BulkItem, 'action' | 'index' | 'routing' | 'pipeline'> {
  stream: StreamFields | undefined;
  /** The id by `indexing.document_id`. */
  id?: string;
}

/**
 * Names the index of each event: the data stream `logs-<dataset>-<namespace>`, or what a pattern in Logstash's
 * way of writing says (`%{field}`, `%{[nested][field]}`, `%{[@metadata][beat]}`, `%{+yyyy.MM.dd}` of event time in UTC).
 */
export function createIndexNames(config: IndexingConfig): (event: Named) => Destination {
  const name = config.index === undefined ? streamNames(config) : indexNames(config.index, config);
  const { document_id, routing, pipeline } = config;
  const patterns = Object.entries({ id: document_id, routing, pipeline }).flatMap(([key, text]) =>
    text === undefined ? [] : [[key, patternOf(text)] as const],
  );
  if (patterns.length === 0) return name;
  return (event) => {
    const filled = patterns.map(([key, pattern]) => [key, pattern(event)] as const);
    return { ...name(event), ...Object.fromEntries(filled.filter(([, text]) => text !== undefined)) };
  };
}

/** The id of a batch's documents, up to the index of the event. */
export function batchId(journalId: string, batch: { position: Position; receivedAt: Millis }): string {
  return `${journalId}-${batch.position.toString(36)}-${batch.receivedAt.toString(36)}`;
}

/** The id that the sender chose. */
export function ownId(event: Pick<Named, 'metadata'>): string | undefined {
  const own = event.metadata('_id') ?? event.metadata('id');
  return typeof own === 'string' && own !== '' && Buffer.byteLength(own) <= 512 ? own : undefined;
}

/** Tells where the indexer stores the document of an event of a journal. */
export function locator(journalId: string, config: IndexingConfig): (event: ReadEvent) => StoredAs {
  const nameIndex = createIndexNames(config);
  return (event) => {
    const { index, id } = nameIndex(event);
    const { position = 0, receivedAt } = event.batch;
    const numbered = () => `${batchId(journalId, { position, receivedAt })}-${event.index.toString(36)}`;
    return { id: id ?? ownId(event) ?? numbered(), index };
  };
}

function indexNames(pattern: string, { action }: IndexingConfig): (event: Named) => Destination {
  const parts = partsOf(pattern);
  const mayHide = pattern.startsWith('.');
  return (event) => {
    const filled = parts.map((part) => ({ ...part, text: legalCharacters(part.of(event) ?? part.text) }));
    const index = legalName(fitting(filled), mayHide);
    return { action, index, stream: undefined };
  };
}

function streamNames(config: IndexingConfig): (event: Named) => Destination {
  const routed = config.data_stream_auto_routing;
  const known = new Map<string, Destination>();
  /** Events of one stream come in runs. */
  let last:
    | { named: string | undefined; namespace: string; type: string; destination: Destination }
    | undefined;
  return (event) => {
    const find = (field: string) => (routed ? textOf(event.get(field)) : undefined);
    const named = find('data_stream.dataset') ?? find('event.dataset');
    const namespace = find('data_stream.namespace') ?? config.namespace;
    const type = find('data_stream.type') ?? 'logs';
    if (last !== undefined && last.named === named && last.namespace === namespace && last.type === type)
      return last.destination;
    const dataset = foreign(named) ?? config.dataset;
    const key = `${type} ${dataset} ${namespace}`;
    let destination = known.get(key);
    if (!destination) {
      const stream = {
        type: types.has(type) ? type : 'logs',
        dataset: streamPart(dataset, 'generic'),
        namespace: streamPart(namespace, 'default'),
      };
      destination = {
        action: 'create',
        index: `${stream.type}-${stream.dataset}-${stream.namespace}`,
        stream,
      };
      if (known.size < 10_000) known.set(key, destination);
    }
    last = { named, namespace, type, destination };
    return destination;
  };
}

/** The types for which Elastic has templates; any other type becomes `logs`. */
const types = new Set(['logs', 'metrics', 'traces', 'synthetics']);

/** Only logboom writes to streams of `logboom.…`: no sender may write alerts, windows or dead letters. */
function foreign(dataset: string | undefined): string | undefined {
  return dataset?.replace(/^[+_.\s]*logboom\./i, 'logboom_');
}

/** A hyphen in a part would move the boundaries of a data stream's name. */
function streamPart(text: string, fallback: string): string {
  const part = cutToBytes(
    legalCharacters(text)
      .replaceAll('-', '_')
      .replace(/^[+_.]+/, ''),
    longestPart,
  );
  return part === '' ? fallback : part;
}

/** Elasticsearch takes 100 characters, and of a whole name, with what it adds to it, 255 bytes. */
const longestPart = 100;
const longestName = 200;

/** Joins the parts of a name. Where it is too long its longest fields are cut, so that its date stays. */
function fitting(parts: { text: string; isField: boolean }[]): string {
  const excess = () => Buffer.byteLength(parts.map(({ text }) => text).join('')) - longestName;
  for (let over = excess(); over > 0; over = excess()) {
    const fields = parts.filter(({ text, isField }) => isField && text !== '');
    if (fields.length === 0) break;
    const [longest, next] = fields.sort((a, b) => Buffer.byteLength(b.text) - Buffer.byteLength(a.text));
    const length = Buffer.byteLength(longest!.text);
    // Down to the next longest field, and then both, so that no field is lost for another.
    const level = next === undefined ? 0 : Math.min(Buffer.byteLength(next.text), length - 1);
    longest!.text = cutToBytes(longest!.text, Math.max(level, length - over, 0));
  }
  return parts.map(({ text }) => text).join('');
}

/** A leading dot hides an index, so only the configuration may set it, and no field of an event. */
function legalName(text: string, mayHide: boolean): string {
  const name = cutToBytes(legalCharacters(text).replace(mayHide ? /^[+_-]+/ : /^[+_.-]+/, ''), longestName);
  return name === '' || name === '.' || name === '..' ? 'logboom' : name;
}
