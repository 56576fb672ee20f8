import { extname } from 'node:path';
import { elasticsearch as elasticsearchSchema } from '../../config/schema/outputs.ts';
import type { Config } from '../../config/schema/schema.ts';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { makeReport, type ReportRequest } from '../../replay/reporting/make-report.ts';
import { eventIndices } from '../../replay/reporting/report-apart.ts';
import { formOf, type ReportForm, reportForms } from '../../reports/render/forms.ts';
import type { Span } from '../../reports/report.ts';
import { isZone } from '../../util/zone.ts';
import { fieldsFrom, numberFrom, timeFrom } from '../arguments.ts';
import { validConfig } from '../configuration.ts';
import { writeOutput } from '../output.ts';
import { progressOn } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

type Text = string | undefined;

interface ReportArguments {
  /** Log files. */
  _: string[];
  from?: Text;
  to?: Text;
  format?: Text;
  write?: Text;
  query?: Text;
  errors?: Text;
  top?: Text;
  source?: Text;
  index?: Text;
  fields?: Text;
  'as-input'?: Text;
  zone?: Text;
  config?: Text;
  data?: Text;
}

/** `logboom report`: 0 when the report was made. */
export async function report(
  given: ReportArguments,
  terminal: Terminal,
  now: Millis = Date.now(),
): Promise<number> {
  const request = requestOf(given, now);
  const form = formFrom(given);
  const config = validConfig(given);
  const progress = progressOn(terminal, (events) => `${events.toLocaleString('en')} events`);
  const made = await makeReport(request, {
    config,
    elasticsearch: targetOf(config),
    now,
    onProgress: progress,
  });
  progress.end();
  const text = reportForms[form](made, request.top);
  if (given.write === undefined) terminal.out(text.trimEnd());
  else writeOutput(given.write, text);
  return 0;
}

function requestOf(given: ReportArguments, now: Millis): ReportRequest {
  const { _: paths, query, errors, fields, zone = 'UTC', index = eventIndices } = given;
  if (!isZone(zone))
    throw new LogboomError('USAGE', `--zone takes an IANA zone such as Europe/Berlin, but got "${zone}".`);
  return {
    ...{ name: 'report', span: spanFrom(given, now), zone, query, errors, paths, index },
    fields: fieldsFrom(fields),
    input: inputFrom(given),
    top: numberFrom('top', given.top ?? '10', 1, 1_000),
    from: oneOf('source', given.source ?? 'auto', ['auto', 'journal', 'elasticsearch']),
  };
}

function inputFrom({ _: paths, 'as-input': input }: ReportArguments): string | undefined {
  if (input === undefined || paths.length > 0) return input;
  throw new LogboomError('USAGE', '--as-input is for files. The events of a server have their inputs.');
}

/** Undefined: files are read completely. */
function spanFrom(given: ReportArguments, now: Millis): Span | undefined {
  const from = timeFrom('from', given.from);
  const to = timeFrom('to', given.to);
  if (from === undefined && to === undefined && given._.length > 0) return undefined;
  if (from === undefined)
    throw new LogboomError(
      'USAGE',
      'Name the start of the interval (--from 2026-11-21T13:00:00Z), or log files to read completely.',
    );
  const span = { from, to: to ?? now };
  if (span.to <= span.from)
    throw new LogboomError('USAGE', '--from lies at or after the end of the interval.');
  return span;
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new LogboomError('USAGE', `--${name} takes ${known.join(', ')}, but got "${text}".`);
}

function formFrom({ format, write: path }: ReportArguments): ReportForm {
  if (format !== undefined) return oneOf('format', format, Object.keys(reportForms) as ReportForm[]);
  if (path === undefined) return 'text';
  const form = formOf(path);
  if (form !== undefined) return form;
  throw new LogboomError(
    'USAGE',
    `--write takes a name that ends in .md, .html, .json or .txt, but got "${extname(path)}"; or add --format.`,
  );
}

/** The Elasticsearch of the configuration, or the embedded store of a running server. */
function targetOf({ elasticsearch, store }: Config): Config['elasticsearch'] {
  if (elasticsearch) return elasticsearch;
  if (store.port === 0) return undefined;
  const { user, password, api_key } = store;
  const isSecure = store.ssl_enabled;
  const hosts = [
    `http${isSecure ? 's' : ''}://${store.host.includes(':') ? `[${store.host}]` : store.host}:${store.port}`,
  ];
  return elasticsearchSchema.parse({
    ...{ hosts, compression: false, user, password, api_key },
    ...(isSecure && { ssl_certificate_authorities: [store.ssl_certificate] }),
  });
}
