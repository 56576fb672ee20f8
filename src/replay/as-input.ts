import { resolve } from 'node:path';
import { isAtGate, processorName } from '../config/schema/processors.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { addField, newObject } from '../events/index.ts';
import { pathPattern } from '../inputs/file/glob.ts';
import type { Origin } from '../model.ts';
import type { Takes } from './input.ts';

/** How an input reads its lines. */
interface ReadAs {
  origin: Origin;
  /** What the input adds to each event, by dotted name. */
  fields: Readonly<Record<string, unknown>>;
  /** Undefined: the first line of a file decides. */
  takes?: Takes;
}

type Settings = Pick<Config, 'inputs' | 'processors'>;

interface NamedInput {
  name: string;
  kind?: string | undefined;
  parser?: string | undefined;
  zone?: string | undefined;
  dataset?: string | undefined;
  fields?: Readonly<Record<string, string>>;
  tags?: readonly string[];
}

/**
 * Reads files as the inputs of a configuration would: with the parser, time zone, fields and tags of the input, and the processors that
 * are for it. A file that a file input's `paths` name is one of that input. `named`: all files are of the input of this name.
 */
export class InputsOfFiles {
  readonly #config: Settings;
  readonly #usual: ReadAs;
  readonly #known = new Map<string, ReadAs>();
  readonly #patterns: { name: string; matches: (path: string) => boolean }[];
  readonly #named: string | undefined;

  /**
   * `command`: the input of files that are of no input. `given`: a parser and a zone that count more than those of inputs. Throws `USAGE`
   * where there is no input of the name.
   */
  constructor(config: Settings, command: string, named?: string, given: Partial<NamedInput> = {}) {
    this.#config = config;
    this.#usual = readAs({ name: command });
    const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    this.#named = named;
    const { files, network } = config.inputs;
    for (const input of [{ name: 'lumberjack', kind: 'lumberjack' }, ...files, ...network])
      this.#known.set(input.name, readAs({ ...input, ...own }));
    this.#patterns = files.map(({ name, paths, exclude }) => {
      const [wanted, unwanted] = [paths.map(pathPattern), exclude.map(excludePattern)];
      const isOne = (patterns: typeof wanted, path: string) => patterns.some((one) => one.matches(path));
      return { name, matches: (path) => isOne(wanted, path) && !isOne(unwanted, path) };
    });
    if (named !== undefined && !this.#known.has(named))
      throw new LogboomError(
        'USAGE',
        `There is no input \`${named}\` in the configuration. Known inputs: ${[...this.#known.keys()].join(', ')}.`,
      );
  }

  /** The same object for all files of one input. */
  for(path: string): ReadAs {
    const absolute = resolve(path);
    const name = this.#named ?? this.#patterns.find(({ matches }) => matches(absolute))?.name;
    return (name === undefined ? undefined : this.#known.get(name)) ?? this.#usual;
  }

  /** Processors that have no effect on files: those that decide before the journal, and those for other inputs than these. */
  withoutEffect(paths: readonly string[]): string[] {
    const inputs = new Set(paths.map((path) => this.for(path).origin.input));
    return this.#config.processors.flatMap((one, place) => {
      const isOthers = one.inputs.length > 0 && !one.inputs.some((name) => inputs.has(name));
      return isAtGate(one) || isOthers ? [processorName(one, place)] : [];
    });
  }
}

/** The fields of an input and those that were given to the command, which count more, as the objects that their names stand for. */
export function fieldsWith(own: ReadAs['fields'], given: ReadAs['fields'] = {}): ReadAs['fields'] {
  if (Object.keys(own).length === 0) return given;
  const fields = newObject();
  for (const [name, value] of Object.entries({ ...own, ...given })) addField(fields, name, value);
  return fields;
}

/** Names processors without effect to people; nothing where there are none. */
export const withoutEffect = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        `Processors without effect here, because they decide before the journal or are for other inputs (--as-input names the input of the files): ${names.join(', ')}.`,
      ];

/** A pattern without a separator is about the name alone, as in the input. */
const excludePattern = (text: string) => pathPattern(text.includes('/') ? text : `/**/${text}`);

/** Inputs of these kinds take objects of JSON as events. Those of other kinds take lines. */
const takesEvents = ['lumberjack', 'http', 'kafka'];

function readAs({ name, kind, parser, zone, dataset, fields, tags = [] }: NamedInput): ReadAs {
  return {
    ...(kind !== undefined && { takes: takesEvents.includes(kind) ? 'events' : 'messages' }),
    origin: {
      ...{ input: name, connection: name, address: '' },
      ...(parser !== undefined && { parser }),
      ...(zone !== undefined && { zone }),
    },
    fields: {
      ...(dataset !== undefined && { 'event.dataset': dataset }),
      ...(tags.length > 0 && { tags }),
      ...fields,
    },
  };
}
