import type { ParsersConfig } from '../config/schema/parsers.ts';
import { type EventView, fieldPath } from '../events/index.ts';
import { AccessLog } from './access-log.ts';
import type { LineFormat } from './format.ts';
import { JsonLine } from './json.ts';

type ParserName = ParsersConfig['default'];

/** The format of a line, or why there is none. */
export interface FormatChoice {
  /** The format that reads the line; undefined if the line stays as it is. */
  format: LineFormat | undefined;
  /** Why the line is not in the format that was declared for it, in words. */
  failure: string | undefined;
}

const unparsed: FormatChoice = { format: undefined, failure: undefined };
const OPEN_BRACE = '{';

const message = fieldPath('message');
const eventDataset = fieldPath('event.dataset');
const streamDataset = fieldPath('data_stream.dataset');
const filesetName = fieldPath('fileset.name');

/**
 * Chooses the format of an event's line by the configuration, by the name of the dataset, or by how the line begins. The
 * choice depends on the event alone, not on earlier ones, so that a replay that begins in the middle chooses the same.
 */
export class FormatChooser {
  readonly #config: ParsersConfig;
  readonly #access = new AccessLog();
  readonly #json: JsonLine;
  /** From the configuration. */
  readonly #byDataset: ReadonlyMap<string, ParserName>;

  constructor(config: ParsersConfig, zone: string) {
    this.#config = config;
    this.#json = new JsonLine(zone);
    this.#byDataset = new Map(Object.entries(config.byDataset));
  }

  /** `datasetOf` is called only if the answer matters. `ofInput`: the parser that the input names. */
  choose(view: EventView, datasetOf: () => string | undefined, ofInput?: ParserName): FormatChoice {
    if (view.problem !== undefined) return unparsed;
    const parser = ofInput ?? this.#named(datasetOf) ?? this.#config.default;
    if (parser === 'none') return unparsed;
    if (parser === 'access') return this.#declared(this.#access, view, 'access log');
    if (parser === 'json') return this.#declared(this.#json, view, 'JSON');
    return this.#recognised(view, datasetOf);
  }

  #named(datasetOf: () => string | undefined): ParserName | undefined {
    if (this.#byDataset.size === 0) return undefined;
    const dataset = datasetOf();
    return dataset === undefined ? undefined : this.#byDataset.get(dataset);
  }

  #declared(format: LineFormat, view: EventView, words: string): FormatChoice {
    if (format.open(view)) return { format, failure: undefined };
    return { format: undefined, failure: `does not begin like a line of ${words}` };
  }

  /** Web servers may write JSON to their access log, so a leading brace counts more than the name of the dataset. */
  #recognised(view: EventView, datasetOf: () => string | undefined): FormatChoice {
    if (this.#access.open(view)) return { format: this.#access, failure: undefined };
    if (beginsWithBrace(view) && this.#json.open(view) && this.#json.failure() === undefined)
      return { format: this.#json, failure: undefined };
    const dataset = datasetOf();
    if (dataset !== undefined && accessDatasets.has(dataset))
      return this.#declared(this.#access, view, 'access log');
    return unparsed;
  }
}

const accessDatasets = new Set(['nginx.access', 'apache.access', 'httpd.access']);

function beginsWithBrace(view: EventView): boolean {
  return view.stringBegins(message, OPEN_BRACE);
}

/** The sender's name for the log, such as `nginx.access`. */
export function datasetOf(view: EventView): string | undefined {
  const dataset = view.getAt(eventDataset) ?? view.getAt(streamDataset);
  if (typeof dataset === 'string' && dataset !== '') return dataset;
  const fileset = view.getAt(filesetName);
  if (typeof fileset !== 'string') return undefined;
  const module = view.get('event.module') ?? view.get('fileset.module');
  return typeof module === 'string' ? `${module}.${fileset}` : undefined;
}
