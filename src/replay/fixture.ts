import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { type ConfigDocument, readDocument, withoutEmpty } from '../config/load/document.ts';
import { formatProblem, type Path, type Problem, problem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { someDuration } from '../config/schema/values.ts';
import { LogboomError, messageOf } from '../errors.ts';
import { LineWrapper } from '../events/index.ts';
import { accessLine, combinedTime } from '../generator/access-line.ts';
import { seededRandom } from '../generator/random.ts';
import type { EventBlock, Millis } from '../model.ts';
import { EventReader } from '../parsers/event.ts';
import { parseIso } from '../parsers/event-time.ts';
import { blockFrom } from './merge.ts';
import { rulesFrom } from './rules-file.ts';

const moment = z
  .string()
  .refine((text) => Number.isFinite(parseIso(text)), 'this is not a time such as 2026-01-01T00:00:00Z')
  .transform((text) => parseIso(text));
const fields = z.record(z.string(), z.unknown()).default({});

/** Generated events: requests from a time on, at a fixed interval. */
const generated = z.strictObject({
  from: moment,
  every: someDuration,
  count: z.int().min(1).max(1_000_000),
  /** The line, instead of an access log line: `{iso}` and `{time}` are replaced by the time, `{n}` by the number from 1. */
  line: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  status: z.int().optional(),
  address: z.string().optional(),
  seed: z.int().default(1),
  fields,
});

/** Several generators are merged by time. */
const generate = z.union([generated.transform((one) => [one]), z.array(generated).min(1)]);
const entry = z.union([
  z.strictObject({ lines: z.string(), fields }),
  z.strictObject({ generate }),
  z.strictObject({ event: z.record(z.string(), z.unknown()) }),
  z.strictObject({ silence: someDuration }),
]);

const expected = z.strictObject({
  at: moment.optional(),
  rule: z.string().optional(),
  group: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  value: z.number().optional(),
  count: z.number().optional(),
  severity: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const test = z.strictObject({
  name: z.string().min(1),
  /** Receipt time of the events. Default: the time of the latest event. */
  now: moment.optional(),
  events: z.array(entry),
  /** Whether time passes after the events, so that windows close and alerts end. */
  settle: z.boolean().default(true),
  expect: z.array(expected),
  /** Number of notifications. */
  notifications: z.int().min(0).optional(),
});

const fixture = z.strictObject({
  /** The path of a file of rules, relative to this file, or the rules. */
  rules: z.union([z.string(), z.array(z.unknown())]),
  parsers: z.unknown().optional(),
  time: z.unknown().optional(),
  tests: z.array(test).min(1),
});

export type Generated = z.infer<typeof generated>;
export type Entry = z.infer<typeof entry>;
export type Expected = z.infer<typeof expected>;
export type RuleTest = z.infer<typeof test>;

export interface Fixture {
  path: string;
  config: Config;
  tests: RuleTest[];
}

/** Reads a file of tests and its rules. Throws `FIXTURE_INVALID` or `CONFIG_INVALID` with all problems. */
export function loadFixture(path: string, readFile = (name: string) => readFileSync(name, 'utf8')): Fixture {
  const text = readText(path, readFile);
  const document = readDocument(text);
  if (document.problems.length > 0) throw invalid(path, listed(path, document.problems));
  const parsed = fixture.safeParse(withoutEmpty(document.tree));
  if (!parsed.success) throw invalid(path, listed(path, problemsIn(document, parsed.error)));
  const { rules, tests } = parsed.data;
  if (typeof rules !== 'string')
    return { path, tests, config: rulesFrom({ path, env: {}, text, omit: ['tests'] }) };
  const file = resolve(dirname(path), rules);
  return { path, tests, config: rulesFrom({ path: file, env: {}, text: readText(file, readFile) }) };
}

type Issue = z.core.$ZodIssue;

/** The issues of the variant that was most likely meant: the one with the deepest issue. */
function insideUnion(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const variants = issue.errors.map((issues) => issues.flatMap(insideUnion));
  const depth = (issues: Issue[]) => Math.max(...issues.map(({ path }) => path.length));
  let meant = variants.reduce((best, one) => (depth(one) > depth(best) ? one : best));
  if (depth(meant) === 0) return [issue];
  // A missing name may be a mistyped one.
  const unknown = meant.filter(({ code }) => code === 'unrecognized_keys');
  if (unknown.length > 0) meant = unknown;
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function problemsIn(document: ConfigDocument, { issues }: z.ZodError): Problem[] {
  return issues.flatMap(insideUnion).map((issue) => {
    const path = [
      ...(issue.path as Path),
      ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
    ];
    return { ...problem(path, `${issue.message}.`, remedy), ...document.locate(path) };
  });
}

const remedy = 'docs/backtest.md describes files of tests.';
const listed = (path: string, problems: Problem[]) =>
  problems.map((found) => formatProblem(found, path)).join('\n\n');

function readText(path: string, readFile: (name: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
}

const invalid = (path: string, why: string) =>
  new LogboomError('FIXTURE_INVALID', `${path} is not a valid file of rule tests:\n\n${why}`);

/** Events that arrive together, or a time without events. */
type Step = { block: EventBlock } | { silence: Millis };

export function stepsOf(entries: readonly Entry[]): Step[] {
  return entries.map((entry) => {
    if ('silence' in entry) return { silence: entry.silence };
    if ('lines' in entry) return { block: new LineWrapper(entry.fields).wrap(Buffer.from(entry.lines)) };
    if ('event' in entry) return { block: blockFrom([documentOf(entry.event)]) };
    return { block: blockFrom(inOrder(entry.generate)) };
  });
}

/** Event time of the latest event. It is the default of `now`. */
export function latestOf(steps: readonly Step[], { parsers, time }: Config): Millis {
  // Nothing is ahead of the time that is looked for.
  const reader = new EventReader({ parsers, time: { zone: time.zone } });
  let latest = 0;
  for (const step of steps) {
    if (!('block' in step)) continue;
    reader.open(step.block, { origin: { input: 'test', connection: 'test', address: '' }, receivedAt: 0 });
    for (let event = reader.next(); event; event = reader.next()) {
      if (event.problem === undefined && event.time > latest) latest = event.time;
    }
  }
  return latest;
}

function inOrder(generators: readonly Generated[]): Buffer[] {
  const all = generators.flatMap(eventsOf);
  return all.sort((one, other) => one.at - other.at).map(({ document }) => document);
}

function eventsOf(settings: Generated): { at: Millis; document: Buffer }[] {
  const random = seededRandom(settings.seed);
  return Array.from({ length: settings.count }, (_, index) => {
    const at = Math.round(settings.from + index * settings.every);
    const message =
      settings.line === undefined ? accessLine(random, at, settings) : filledIn(settings.line, at, index + 1);
    const sent = { '@timestamp': new Date(at).toISOString(), message, ...settings.fields };
    return { at, document: documentOf(sent) };
  });
}

function filledIn(line: string, at: Millis, n: number): string {
  const values = { iso: new Date(at).toISOString(), time: combinedTime(at), n: String(n) };
  return line.replace(/\{(iso|time|n)\}/g, (_, name: keyof typeof values) => values[name]);
}

const documentOf = (event: object) => Buffer.from(JSON.stringify(event));
