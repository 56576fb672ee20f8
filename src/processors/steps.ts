import { isIP } from 'node:net';
import { RE2JS } from 're2js';
import type { ProcessorOf, StepConfig } from '../config/schema/processors.ts';
import type { FieldValue, Scalar } from '../model.ts';
import { readStamp } from '../parsers/text/stamps.ts';
import { isPresent } from '../util/levels.ts';
import { Dissection } from './dissection.ts';
import type { ProcessedEvent } from './processed-event.ts';
import { Pseudonyms } from './pseudonyms.ts';

/** What a step did with an event. A failure is in words; the event goes on to the next step. */
export type Applied = 'changed' | 'unchanged' | 'left-out' | { failure: string };

export type Step = (event: ProcessedEvent) => Applied;

interface StepContext {
  /** Time zone of times that state none. */
  zone: string;
  /** The secret that a configuration names by its fingerprint. Throws where it is not known. */
  keyOf(written: string): string;
}

/** Makes the step of a configuration. `keep` leaves out what its condition does not match, so its condition is turned round. */
export function stepOf(config: StepConfig, context: StepContext): Step {
  switch (config.kind) {
    case 'drop':
    case 'keep':
      return () => 'left-out';
    case 'rename':
      return rename(config);
    case 'add':
      return add(config);
    case 'remove':
      return remove(config);
    case 'convert':
      return convert(config);
    case 'date':
      return date(config, context.zone);
    case 'dissect':
      return dissect(config);
    case 'split':
      return split(config);
    case 'lowercase':
      return (event) => rewrite(event, config.fields, (text) => text.toLowerCase());
    case 'hash':
      return hash(config, context);
    case 'mask':
      return mask(config);
  }
}

/** Sets each field; the first that cannot be set is the failure, and the others are set. */
function setAll(event: ProcessedEvent, fields: Iterable<readonly [string, FieldValue]>): Applied {
  let failure: string | undefined;
  let isChanged = false;
  for (const [name, value] of fields) {
    const problem = event.set(name, value);
    if (problem === undefined) isChanged = true;
    failure ??= problem;
  }
  if (failure !== undefined) return { failure };
  return isChanged ? 'changed' : 'unchanged';
}

function rename({ fields }: ProcessorOf<'rename'>): Step {
  const names = Object.entries(fields);
  return (event) => {
    let applied: Applied = 'unchanged';
    for (const [from, to] of names) {
      const one = renameOne(event, from, to);
      if (typeof one === 'object' || applied === 'unchanged') applied = one;
    }
    return applied;
  };
}

/** An object moves with all that is below it. What cannot stand under the new name stays under the old one. */
function renameOne(event: ProcessedEvent, from: string, to: string): Applied {
  let applied: Applied = 'unchanged';
  for (const name of [from, ...event.names(`${from}.*`)]) {
    const value = event.get(name);
    if (!isPresent(value)) continue;
    event.set(name, undefined);
    const failure = event.set(to + name.slice(from.length), value);
    if (failure !== undefined) {
      event.set(name, value);
      return { failure };
    }
    applied = 'changed';
  }
  return applied;
}

function add({ fields, overwrite }: ProcessorOf<'add'>): Step {
  const values = Object.entries(fields);
  return (event) =>
    setAll(
      event,
      values
        .filter(([name]) => overwrite || name === 'tags' || !isPresent(event.get(name)))
        .map(([name, value]) => [name, name === 'tags' ? withTag(event.get('tags'), value) : value]),
    );
}

const withTag = (tags: FieldValue, tag: Scalar): FieldValue => [
  ...new Set([tags ?? [], tag].flat() as Scalar[]),
];

function remove({ fields }: ProcessorOf<'remove'>): Step {
  return (event) => {
    const names = fields.flatMap((field) => [
      ...(field.includes('*') ? event.names(field) : [field]),
      ...event.names(`${field}.*`),
    ]);
    const present = names.filter((name) => name !== '@timestamp' && event.get(name) !== undefined);
    return setAll(
      event,
      present.map((name) => [name, undefined]),
    );
  };
}

/** Changes the texts of fields, also those in lists. */
function rewrite(
  event: ProcessedEvent,
  fields: readonly string[],
  change: (text: string) => string,
): Applied {
  const changed: [string, FieldValue][] = [];
  for (const name of fields) {
    const value = event.get(name);
    if (value === undefined) continue;
    const of = (one: Scalar) => (typeof one === 'string' ? change(one) : one);
    const next = Array.isArray(value) ? value.map(of) : of(value);
    if (String(next) !== String(value)) changed.push([name, next]);
  }
  return setAll(event, changed);
}

type Type = ProcessorOf<'convert'>['fields'][string];

const truths = new Map<string, boolean>([
  ...['true', '1', 'yes', 'on'].map((text) => [text, true] as const),
  ...['false', '0', 'no', 'off'].map((text) => [text, false] as const),
]);

/** The value in another type; undefined where it is not of that type. */
function converted(value: Scalar, type: Type): Scalar | undefined {
  const text = String(value).trim();
  switch (type) {
    case 'text':
      return String(value);
    case 'ip':
      return isIP(text) === 0 ? undefined : text;
    case 'boolean':
      return truths.get(text.toLowerCase());
    case 'integer':
      return /^[+-]?\d+(?:\.0*)?$/.test(text) && Number.isSafeInteger(Number(text))
        ? Number(text)
        : undefined;
    case 'number':
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
}

function convert({ fields }: ProcessorOf<'convert'>): Step {
  const types = Object.entries(fields);
  return (event) => {
    const changed: [string, FieldValue][] = [];
    let failure: string | undefined;
    for (const [name, type] of types) {
      const value = event.get(name);
      if (!isPresent(value)) continue;
      const values = [value].flat().map((one) => converted(one as Scalar, type));
      if (values.includes(undefined)) failure ??= `\`${name}\` is no ${type}`;
      else changed.push([name, Array.isArray(value) ? (values as Scalar[]) : values[0]]);
    }
    const applied = setAll(event, changed);
    return failure === undefined ? applied : { failure };
  };
}

function date({ field, target, zone: ofField }: ProcessorOf<'date'>, byDefault: string): Step {
  const zone = ofField ?? byDefault;
  return (event) => {
    const value = event.get(field);
    if (!isPresent(value)) return 'unchanged';
    const time = readStamp(value, { zone, receivedAt: event.receivedAt });
    if (Number.isNaN(time)) return { failure: `\`${field}\` is no time that can be read` };
    if (target !== '@timestamp') return setAll(event, [[target, new Date(time).toISOString()]]);
    event.setTime(time);
    return 'changed';
  };
}

function dissect({ field, pattern }: ProcessorOf<'dissect'>): Step {
  const dissection = new Dissection(pattern);
  return (event) => {
    const text = event.get(field);
    if (typeof text !== 'string') return 'unchanged';
    const found = dissection.of(text);
    return found === undefined ? { failure: `\`${field}\` does not fit the pattern` } : setAll(event, found);
  };
}

function split({ field, separator, target = field }: ProcessorOf<'split'>): Step {
  return (event) => {
    const text = event.get(field);
    if (typeof text !== 'string') return 'unchanged';
    const values = text.split(separator).map((value) => value.trim());
    return setAll(event, [[target, values.filter((value) => value !== '')]]);
  };
}

function hash({ fields, key, texts }: ProcessorOf<'hash'>, { keyOf }: StepContext): Step {
  const pseudonyms = new Pseudonyms(keyOf(key));
  return (event) => {
    const hidden = new Set<string>();
    const changed: [string, FieldValue][] = [];
    for (const name of fields) {
      const value = event.get(name);
      if (!isPresent(value)) continue;
      const of = (one: Scalar) => {
        hidden.add(String(one));
        return pseudonyms.of(String(one));
      };
      changed.push([name, Array.isArray(value) ? value.map(of) : of(value as Scalar)]);
    }
    const applied = setAll(event, changed);
    if (hidden.size > 0) rewrite(event, texts, (text) => pseudonyms.within(text, hidden));
    return applied;
  };
}

function mask({ fields, pattern, replacement }: ProcessorOf<'mask'>): Step {
  const expression = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return (event) => rewrite(event, fields, (text) => expression.matcher(text).replaceAll(() => replacement));
}
