import type { ElasticsearchConfig } from '../../config/schema/outputs.ts';
import type { Config } from '../../config/schema/schema.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ReaderOptions } from '../../parsers/event.ts';
import { ProcessorChain } from '../../processors/chain.ts';
import { foldersOf } from '../../readers/reader-port.ts';
import { Collection, spanBefore, spanLastWeek } from '../../reports/collection.ts';
import type { Report, Span } from '../../reports/report.ts';
import { compileQuery } from '../../rules/kql/compile.ts';
import { countOf } from '../../util/text.ts';
import { InputsOfFiles, withoutEffect } from '../as-input.ts';
import { alertsWithin } from './alerts.ts';
import { readDocuments } from './read-documents.ts';
import { journalBegins, type Reading, readFiles, readJournal, timesIn } from './read-events.ts';

/** What a report is to be made of. */
export interface ReportRequest {
  name: string;
  /** Undefined: all of the files. */
  span: Span | undefined;
  before?: Span | undefined;
  zone: string;
  /** KQL: which events it is about, and which of them are errors. */
  query?: string | undefined;
  errors?: string | undefined;
  top: number;
  /** Log files; none: what a server received. */
  paths: readonly string[];
  fields?: Readonly<Record<string, unknown>> | undefined;
  /** The input of which the files are. Undefined: that whose `paths` name a file. */
  input?: string | undefined;
  /** Where the server's events are read from. `auto`: the journal where it reaches back far enough. */
  from: 'auto' | 'journal' | 'elasticsearch';
  /** Pattern of the indices with events. */
  index: string;
}

interface MakeOptions {
  config: Config;
  /** Undefined: there is none to ask. */
  elasticsearch?: ElasticsearchConfig | undefined;
  now: Millis;
  onProgress?: ((share: number, events: number) => void) | undefined;
}

/** Makes a report from files, the journal, or documents. Rejects with the reason and the remedy where none has the events. */
export async function makeReport(request: ReportRequest, options: MakeOptions): Promise<Report> {
  return request.paths.length > 0 ? reportOnFiles(request, options) : reportOnServer(request, options);
}

/** Events as rules see them: parsed, and changed by the processors. */
function readerOptions({ parsers, processors, time }: Config): ReaderOptions {
  return { parsers, time, processors: ProcessorChain.of(processors, { zone: time.zone }) };
}

function collectionOf({ query, errors, before }: ReportRequest, span: Span): Collection {
  return new Collection({
    ...{ span, before },
    filter: query === undefined ? undefined : compileQuery(query),
    isError: errors === undefined ? undefined : compileQuery(errors),
  });
}

async function reportOnFiles(
  request: ReportRequest,
  { config, now, onProgress }: MakeOptions,
): Promise<Report> {
  const { paths, fields, name, zone, top } = request;
  const reader = readerOptions(config);
  const inputs = new InputsOfFiles(config, 'report', request.input);
  const files = { paths, reader, inputs, fields, receivedAt: now, onProgress };
  const span = request.span ?? spanOf(await timesIn(files));
  const collection = collectionOf(request, span);
  const reading = await readFiles({ ...files, onEvent: (event) => collection.add(event) });
  const remarks = [...remarksOn(reading), ...withoutEffect(inputs.withoutEffect(paths))];
  const source = paths.length === 1 ? paths[0]! : countOf(paths.length, 'file');
  return collection.report({ ...{ name, zone, createdAt: now, source, top }, remarks });
}

/** The end is after the last event. */
const spanOf = ([first, last]: readonly [Millis, Millis]): Span => ({ from: first, to: last + 1 });

async function reportOnServer(request: ReportRequest, options: MakeOptions): Promise<Report> {
  const { config, now, onProgress } = options;
  const { span, name, zone, top } = request;
  if (span === undefined)
    throw new LogboomError('USAGE', 'Name the interval: --from and --to, or log files to read completely.');
  const collection = collectionOf(request, span);
  const onEvent = (event: Parameters<Collection['add']>[0]) => collection.add(event);
  const before = request.before ?? spanBefore(span);
  const { folder, begins } = await journalOf(config);
  const remarks: string[] = [];
  let source: string;
  if (readsJournal(request, span, begins, options.elasticsearch !== undefined)) {
    const reader = readerOptions(config);
    const from = Math.min(before.from, spanLastWeek(span).from);
    const reading = await readJournal({
      ...{ folder, from, onEvent, onProgress },
      maxAhead: config.time.maxAhead,
      reader,
    });
    source = 'the journal';
    remarks.push(...remarksOn(reading), ...beginning(begins, before, span));
  } else if (options.elasticsearch !== undefined) {
    const spans = [span, before, spanLastWeek(span)];
    const reading = await readDocuments({
      elasticsearch: options.elasticsearch,
      index: request.index,
      spans,
      onEvent,
      onProgress,
    });
    source = `the indices ${request.index}`;
    remarks.push(...remarksOn(reading));
  } else
    throw new LogboomError(
      'INPUT_UNREADABLE',
      `There is no journal in ${config.data}, and no Elasticsearch to ask.`,
    );
  const alerts = await alertsWithin(config.data, span);
  return collection.report({ ...{ name, zone, createdAt: now, source, top, alerts, remarks } });
}

async function journalOf({ data }: Config): Promise<{ folder: string; begins: Millis | undefined }> {
  const { journal: folder } = foldersOf(data);
  return { folder, begins: await journalBegins(folder) };
}

function readsJournal(
  { from }: ReportRequest,
  span: Span,
  begins: Millis | undefined,
  hasOther: boolean,
): boolean {
  if (from !== 'auto') return from === 'journal';
  return begins !== undefined && (begins <= span.from || !hasOther);
}

/** A journal keeps a limited past. */
function beginning(begins: Millis | undefined, before: Span, span: Span): string[] {
  if (begins === undefined) return ['The journal holds no event.'];
  const since = `The journal begins at ${new Date(begins).toISOString()}`;
  if (begins > span.from) return [`${since}: the figures of the interval are incomplete.`];
  return begins > before.from ? [`${since}: the figures of the interval before are incomplete.`] : [];
}

function remarksOn({ untimed, broken }: Reading): string[] {
  return [
    ...(untimed > 0
      ? [
          `${countOf(untimed, 'line')} without a time that can be read ${untimed === 1 ? 'is' : 'are'} left out.`,
        ]
      : []),
    ...(broken > 0
      ? [`${countOf(broken, 'event')} that could not be read ${broken === 1 ? 'is' : 'are'} left out.`]
      : []),
  ];
}
