import { closeSync, openSync, writeSync } from 'node:fs';
import { type ParsersConfig, parserNames, parsers } from '../../config/schema/parsers.ts';
import type { ProcessorConfig } from '../../config/schema/processors.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ReadEvent } from '../../parsers/event.ts';
import { InputsOfFiles } from '../../replay/as-input.ts';
import { type ParseReport, parseFiles } from '../../replay/parse-files.ts';
import { rulesFrom } from '../../replay/rules-file.ts';
import { printable } from '../../util/text.ts';
import { fieldsFrom } from '../arguments.ts';
import { unwritable } from '../output.ts';
import { progressOn } from '../progress.ts';
import { columns, type Terminal } from '../terminal.ts';

interface ParseArguments {
  /** All positional arguments: perhaps a format, then files. */
  _: string[];
  config?: string | undefined;
  fields?: string | undefined;
  zone?: string | undefined;
  'as-input'?: string | undefined;
  /** Prints the documents. */
  ndjson?: boolean | undefined;
  json?: boolean | undefined;
  /** Path of a file for the documents. */
  write?: string | undefined;
}

/** `logboom parse`: 0 if every line was read, 1 if some were not. */
export async function parseLines(
  given: ParseArguments,
  terminal: Terminal,
  now: Millis = Date.now(),
): Promise<number> {
  const { format, paths } = splitArguments(given._);
  const { config, processors, zone, inputs } = settingsOf(given, format);
  const out = given.write === undefined ? undefined : new DocumentFile(given.write);
  const progress = progressOn(terminal, (lines) => `${lines.toLocaleString('en')} lines`);
  const report = await parseFiles({
    paths,
    parsers: config,
    processors,
    zone,
    inputs,
    fields: fieldsFrom(given.fields),
    receivedAt: now,
    onEvent: writerOf(given, terminal, out),
    onProgress: progress,
  });
  out?.close();
  progress.end();
  if (given.json) terminal.out(JSON.stringify(report, null, 2));
  else if (!given.ndjson) terminal.out(formatReport(report));
  else if (report.failures.length > 0) terminal.err(formatReport(report));
  return report.failures.length === 0 ? 0 : 1;
}

/** The first argument may name a format. A file of that name needs `./` before it. */
function splitArguments(words: readonly string[]): { format: string | undefined; paths: string[] } {
  const [first = '', ...rest] = words;
  const isFormat = (parserNames as readonly string[]).includes(first);
  const paths = isFormat ? rest : [...words];
  if (paths.length > 0) return { format: isFormat ? first : undefined, paths };
  const formats = parserNames.join(', ');
  throw new LogboomError(
    'USAGE',
    `Name a file of log lines: logboom parse [format] file. The formats are ${formats}; without one, each line's format is recognised.`,
  );
}

interface ParseSettings {
  config: ParsersConfig;
  processors: ProcessorConfig[] | undefined;
  zone: string;
  inputs: InputsOfFiles | undefined;
}

/** A format or a zone that is given counts more than those of the input. */
function settingsOf(given: ParseArguments, format: string | undefined): ParseSettings {
  const loaded = given.config === undefined ? undefined : rulesFrom({ path: given.config, env: process.env });
  const base = loaded?.parsers ?? parsers.parse(undefined);
  const config =
    format === undefined ? base : { ...parsers.parse({ default: format }), timestamp: base.timestamp };
  const name = given['as-input'];
  if (name !== undefined && loaded === undefined)
    throw new LogboomError('USAGE', '--as-input needs the configuration of the input: add --config FILE.');
  const inputs = loaded && new InputsOfFiles(loaded, 'parse', name, { parser: format, zone: given.zone });
  return { config, processors: loaded?.processors, zone: given.zone ?? loaded?.time.zone ?? 'UTC', inputs };
}

function writerOf(
  given: ParseArguments,
  terminal: Terminal,
  out: DocumentFile | undefined,
): ((event: ReadEvent) => void) | undefined {
  if (out === undefined && !given.ndjson) return undefined;
  return (event) => {
    const document = event.document();
    out?.write(document);
    if (given.ndjson) terminal.out(document);
  };
}

/** A file to which documents are written, one on each line. */
class DocumentFile {
  readonly #file: number;
  #waiting: string[] = [];
  #length = 0;

  constructor(path: string) {
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  write(document: string): void {
    this.#waiting.push(document);
    this.#length += document.length;
    if (this.#length > 2 ** 20) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.from(`${this.#waiting.join('\n')}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#waiting = [];
    this.#length = 0;
  }
}

/** Reasons with most lines are shown. */
const mostReasons = 20;

function formatReport(report: ParseReport): string {
  const share = (count: number) => `${((100 * count) / Math.max(report.events, 1)).toFixed(2)} %`;
  const number = (count: number) => count.toLocaleString('en');
  const rows = report.formats.map(({ format, events, failed }) => [
    format,
    number(events),
    share(events),
    number(failed),
  ]);
  if (report.unrecognised > 0)
    rows.push([
      '(none)',
      number(report.unrecognised),
      share(report.unrecognised),
      number(report.unrecognised),
    ]);
  if (report.broken > 0)
    rows.push(['(no event)', number(report.broken), share(report.broken), number(report.broken)]);
  const table = columns(
    [['format', 'lines', 'share', 'failed'], ...rows, ['total', number(report.events), '', '']],
    '',
  );
  const failures = report.failures
    .slice(0, mostReasons)
    .flatMap(({ reason, events, first, path, example }) => [
      `${number(events)} × ${printable(reason)}`,
      `    ${printable(path)}, line ${number(first)}: ${printable(example)}`,
    ]);
  const more = report.failures.length - mostReasons;
  if (more > 0) failures.push(`and ${more} more reasons`);
  const timeless = report.withoutTime > 0 ? [`${number(report.withoutTime)} lines state no time.`] : [];
  const left = report.leftOut > 0 ? [`Processors left out ${number(report.leftOut)} lines.`] : [];
  return [table, ...left, ...timeless, ...failures].join('\n');
}
