import type { ParsersConfig } from '../config/schema/parsers.ts';
import { type EventView, fieldPath } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { AccessLog } from './access/access-log.ts';
import { customFormats } from './custom/custom-formats.ts';
import { JsonLine } from './json/json-line.ts';
import { type FormatChoice, type LineFormat, type LineParser, ParsedLine } from './line-parser.ts';
import { datasetFormats, textFormats } from './text/text-formats.ts';
import { TextLine } from './text/text-line.ts';

const agentId = fieldPath('agent.id');
const agentName = fieldPath('agent.name');
const hostName = fieldPath('host.name');
const filePath = fieldPath('log.file.path');

/** What the sender says of where an event comes from. Each is computed once for an event: many ask for its source. */
export class SentNames {
  readonly #view: EventView;
  #present: string | undefined;
  #dataset: string | undefined;
  #isDatasetKnown = false;
  #sender = '';
  #path = '';
  #last = ' ';

  constructor(view: EventView) {
    this.#view = view;
  }

  /** To be called when the view has moved to another event. */
  forget(): void {
    this.#present = undefined;
    this.#isDatasetKnown = false;
  }

  /** The name of the log. */
  readonly dataset = (): string | undefined => {
    if (!this.#isDatasetKnown) this.#dataset = datasetOf(this.#view);
    this.#isDatasetKnown = true;
    return this.#dataset;
  };

  /** The stream within a sender: the sender and the path of the file. `connection` names a sender that the event does not name. */
  source(connection: string): string {
    this.#present ??= this.#sourceOf(connection);
    return this.#present;
  }

  #sourceOf(connection: string): string {
    const view = this.#view;
    const agent = view.getAt(agentId) ?? view.getAt(agentName) ?? view.getAt(hostName);
    const sender = typeof agent === 'string' ? agent : connection;
    const path = view.getAt(filePath);
    if (typeof path !== 'string') return sender;
    // Events of one source come in runs. Returning the same string object saves its hash in every map lookup.
    if (path !== this.#path || sender !== this.#sender) {
      this.#last = `${sender} ${path}`;
      this.#sender = sender;
      this.#path = path;
    }
    return this.#last;
  }
}

/**
 * The formats of plain lines, in the order in which `auto` tries them: the name of each is a value of `parsers.default`
 * (`src/config/schema/parsers.ts`). `zone` is the time zone of lines that state none. JSON lines are read by `JsonLine`.
 */
const lineParsers = (_zone: string): LineParser[] => [new AccessLog()];

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
  readonly #json: JsonLine;
  readonly #byName = new Map<string, LineFormat>();
  /** The format that lines have unless something else is said of them. Undefined: `auto` or `none`. */
  readonly #byDefault: LineFormat | undefined;
  /** Formats that are recognised by how a line begins. */
  readonly #recognised: readonly FormatChoice[];
  /** Formats of text, by the code of the character with which a line begins. */
  readonly #byFirst = new Map<number, TextLine[]>();
  /** Formats of well-known datasets. */
  readonly #known = new Map<string, LineFormat>();
  /** From the configuration. */
  readonly #byDataset: ReadonlyMap<string, string>;

  constructor(config: ParsersConfig, zone: string) {
    this.#config = config;
    this.#json = new JsonLine(zone);
    this.#byName.set(this.#json.name, this.#json);
    const recognised: FormatChoice[] = [];
    for (const parser of lineParsers(zone)) {
      const format = new ParsedLine(parser);
      this.#byName.set(format.name, format);
      if (parser.isRecognised) recognised.push({ format, failure: undefined });
      for (const dataset of parser.datasets) this.#known.set(dataset, format);
    }
    this.#recognised = recognised;
    this.#addTextFormats(config, zone);
    this.#byDefault = this.#byName.get(config.default);
    this.#byDataset = new Map(Object.entries(config.byDataset));
  }

  #addTextFormats(config: ParsersConfig, zone: string): void {
    for (const format of customFormats(config.formats))
      this.#byName.set(format.name, new TextLine(format, zone));
    for (const format of textFormats) {
      const line = new TextLine(format, zone);
      this.#byName.set(line.name, line);
      for (const character of new Set(format.first)) {
        const code = character.charCodeAt(0);
        this.#byFirst.set(code, [...(this.#byFirst.get(code) ?? []), line]);
      }
    }
    for (const [dataset, name] of Object.entries(datasetFormats))
      this.#known.set(dataset, this.#byName.get(name)!);
  }

  /** `datasetOf` is called only if the answer matters. `ofInput`: the parser that the input names. */
  choose(
    view: EventView,
    receivedAt: Millis,
    datasetOf: () => string | undefined,
    ofInput?: string,
  ): FormatChoice {
    if (view.problem !== undefined) return unparsed;
    const name = ofInput ?? this.#named(datasetOf) ?? this.#config.default;
    if (name === 'none') return unparsed;
    const format = name === this.#config.default ? this.#byDefault : this.#byName.get(name);
    return format === undefined
      ? this.#auto(view, receivedAt, datasetOf)
      : declared(format, view, receivedAt);
  }

  #named(datasetOf: () => string | undefined): string | undefined {
    if (this.#byDataset.size === 0) return undefined;
    const dataset = datasetOf();
    return dataset === undefined ? undefined : this.#byDataset.get(dataset);
  }

  /** Web servers may write JSON to their access log, so a leading brace counts more than the name of the dataset. */
  #auto(view: EventView, receivedAt: Millis, datasetOf: () => string | undefined): FormatChoice {
    for (const choice of this.#recognised) if (choice.format!.open(view, receivedAt)) return choice;
    if (view.stringBegins(message, OPEN_BRACE))
      if (this.#json.open(view, receivedAt) && this.#json.failure() === undefined)
        return { format: this.#json, failure: undefined };
    const dataset = datasetOf();
    const known = dataset === undefined ? undefined : this.#known.get(dataset);
    if (known?.open(view, receivedAt)) return { format: known, failure: undefined };
    const format = this.#recogniseText(view, receivedAt);
    if (format !== undefined) return { format, failure: undefined };
    return known === undefined ? unparsed : { format: undefined, failure: notIn(known) };
  }

  #recogniseText(view: EventView, receivedAt: Millis): LineFormat | undefined {
    const text = view.getAt(message);
    if (typeof text !== 'string') return undefined;
    return this.#byFirst.get(text.charCodeAt(0))?.find((line) => line.read(text, view, receivedAt));
  }
}

/** The choosers of all time zones in which lines that state none are read. */
export class FormatChoosers {
  readonly #config: ParsersConfig;
  readonly #byZone = new Map<string, FormatChooser>();

  constructor(config: ParsersConfig) {
    this.#config = config;
  }

  for(zone: string): FormatChooser {
    let chooser = this.#byZone.get(zone);
    if (!chooser) {
      chooser = new FormatChooser(this.#config, zone);
      this.#byZone.set(zone, chooser);
    }
    return chooser;
  }
}

const notIn = (format: LineFormat) => `does not begin like a line of ${format.words}`;

function declared(format: LineFormat, view: EventView, receivedAt: Millis): FormatChoice {
  if (format.open(view, receivedAt)) return { format, failure: undefined };
  return { format: undefined, failure: notIn(format) };
}

/** The sender's name for the log, such as `nginx.access`. */
function datasetOf(view: EventView): string | undefined {
  const dataset = view.getAt(eventDataset) ?? view.getAt(streamDataset);
  if (typeof dataset === 'string' && dataset !== '') return dataset;
  const fileset = view.getAt(filesetName);
  if (typeof fileset !== 'string') return undefined;
  const module = view.get('event.module') ?? view.get('fileset.module');
  return typeof module === 'string' ? `${module}.${fileset}` : undefined;
}
