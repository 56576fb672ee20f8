import type { ParsersConfig } from '../config/schema/parsers.ts';
import { type EventView, fieldPath } from '../events/index.ts';
import { AccessLine } from './access-log.ts';
import type { LineFormat } from './format.ts';
import { JsonLine } from './json.ts';

type ParserName = ParsersConfig['default'];

/** What was decided about a line. */
export interface FormatChoice {
  /** The format that reads the line; undefined where it is left as it is. */
  format: LineFormat | undefined;
  /** Why the line is not of the format that it was said to be of, in words. */
  failure: string | undefined;
}

const left: FormatChoice = { format: undefined, failure: undefined };
const OPEN_BRACE = '{';

const message = fieldPath('message');
const eventDataset = fieldPath('event.dataset');
const streamDataset = fieldPath('data_stream.dataset');
const filesetName = fieldPath('fileset.name');

/**
 * Chooses the format of an event's line: by configuration, by the dataset's name, or by how the line begins. The line
 * alone decides, not what came before it: a replay that begins in the middle must choose alike.
 */
export class FormatChooser {
  readonly #config: ParsersConfig;
  readonly #access = new AccessLine();
  readonly #json: JsonLine;
  /** There is a named choice only where one is configured. */
  readonly #byDataset: ReadonlyMap<string, ParserName>;

  constructor(config: ParsersConfig, zone: string) {
    this.#config = config;
    this.#json = new JsonLine(zone);
    this.#byDataset = new Map(Object.entries(config.byDataset));
  }

  /** `datasetOf` is asked only where the answer makes a difference. */
  choose(view: EventView, datasetOf: () => string | undefined): FormatChoice {
    if (view.problem !== undefined) return left;
    const parser = this.#named(datasetOf) ?? this.#config.default;
    if (parser === 'none') return left;
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

  /** Web servers may write JSON under the name of their access log, so a brace counts before the name. */
  #recognised(view: EventView, datasetOf: () => string | undefined): FormatChoice {
    if (this.#access.open(view)) return { format: this.#access, failure: undefined };
    if (beginsWithBrace(view) && this.#json.open(view) && this.#json.failure() === undefined)
      return { format: this.#json, failure: undefined };
    const dataset = datasetOf();
    if (dataset !== undefined && accessDatasets.has(dataset))
      return this.#declared(this.#access, view, 'access log');
    return left;
  }
}

const accessDatasets = new Set(['nginx.access', 'apache.access', 'httpd.access']);

function beginsWithBrace(view: EventView): boolean {
  return view.stringBegins(message, OPEN_BRACE);
}

/** What the shipper calls the log: `nginx.access`. */
export function datasetOf(view: EventView): string | undefined {
  const dataset = view.getAt(eventDataset) ?? view.getAt(streamDataset);
  if (typeof dataset === 'string' && dataset !== '') return dataset;
  const fileset = view.getAt(filesetName);
  if (typeof fileset !== 'string') return undefined;
  const module = view.get('event.module') ?? view.get('fileset.module');
  return typeof module === 'string' ? `${module}.${fileset}` : undefined;
}
