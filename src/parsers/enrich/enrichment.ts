import { type Problem, problem } from '../../config/load/problems.ts';
import type { EnrichConfig } from '../../config/schema/parsers.ts';
import { messageOf } from '../../errors.ts';
import { type Additions, type JsonObject, leafNames, valuesOf } from '../../events/index.ts';
import type { FieldValue } from '../../model.ts';
import type { ParsingTelemetry } from '../../telemetry/components/parsing.ts';
import { Locations, openDatabase } from './locations.ts';
import { userAgent } from './user-agents.ts';

/** The fields that the event has of its sender and of its line. */
type Own = (field: string) => FieldValue;

const originalAgent = 'user_agent.original';
type EnrichTelemetry = Pick<ParsingTelemetry, 'databaseUnreadable'>;

/** ECS objects with an address and what is known about it. */
const ends = ['source', 'client', 'destination', 'server'];
/** The beginnings of the names of all fields that an enrichment may add. */
const prefixes = ['user_agent.', ...ends.flatMap((end) => [`${end}.geo`, `${end}.as`])];

/**
 * Adds to an event what its values stand for: the program behind a user agent, and the place of an address. What the event has itself
 * stays. Fields are computed when one of them is asked for.
 */
export class Enrichment {
  readonly #config: EnrichConfig;
  readonly #locations: Locations | undefined;

  constructor(config: EnrichConfig, unreadable: (path: string, reason: string) => void) {
    this.#config = config;
    if (config.geoip.length > 0) this.#locations = new Locations({ paths: config.geoip, unreadable });
  }

  /** Undefined for a configuration that adds nothing. */
  static of(config: EnrichConfig | undefined, telemetry?: EnrichTelemetry): Enrichment | undefined {
    // An analysis that an older logboom left on disk has no such setting.
    if (config === undefined || (!config.userAgent && config.geoip.length === 0)) return undefined;
    return new Enrichment(config, (path, reason) => telemetry?.databaseUnreadable(path, reason));
  }

  has(field: string, own: Own): boolean {
    if (!this.#mayHave(field)) return false;
    for (const name of this.names(own)) if (name === field || name.startsWith(`${field}.`)) return true;
    return false;
  }

  /** Whether a field of this name may be added. */
  #mayHave(field: string): boolean {
    return prefixes.some((prefix) => field.startsWith(prefix) || prefix.startsWith(`${field}.`));
  }

  get(field: string, own: Own): FieldValue {
    return this.#mayHave(field) ? valuesOf(this.#fields(own), field) : undefined;
  }

  names(own: Own): Iterable<string> {
    return leafNames(this.#fields(own), '');
  }

  addTo(additions: Additions, own: Own): void {
    additions.fields(this.#fields(own));
  }

  /** By top-level name. */
  #fields(own: Own): JsonObject {
    const fields: JsonObject = {};
    if (this.#config.userAgent) addAgent(fields, own);
    if (this.#locations !== undefined) for (const end of ends) addLocation(fields, end, own, this.#locations);
    return fields;
  }
}

function addAgent(fields: JsonObject, own: Own): void {
  const text = own(originalAgent);
  if (typeof text !== 'string' || text === '' || own('user_agent.name') !== undefined) return;
  fields.user_agent = userAgent(text);
}

function addLocation(fields: JsonObject, end: string, own: Own, locations: Locations): void {
  const address = [own(`${end}.ip`)].flat()[0];
  if (typeof address !== 'string') return;
  const { geo, as } = locations.of(address);
  const isLocated =
    own(`${end}.geo.country_iso_code`) !== undefined || own(`${end}.geo.location.lat`) !== undefined;
  const found: JsonObject = {
    ...(geo !== undefined && !isLocated && { geo }),
    ...(as !== undefined && own(`${end}.as.number`) === undefined && { as }),
  };
  if (Object.keys(found).length > 0) fields[end] = found;
}

/** Databases that cannot be read, for people to know before a start. */
export function enrichmentProblems({ parsers }: { parsers: { enrich: EnrichConfig } }): Problem[] {
  return parsers.enrich.geoip.flatMap((path, place) => {
    try {
      openDatabase(path);
      return [];
    } catch (error) {
      const message = `The database ${path} cannot be read: ${messageOf(error)}.`;
      return [
        problem(
          ['parsers', 'enrich', 'geoip', place],
          message,
          'Write the path of a MaxMind file (`.mmdb`).',
        ),
      ];
    }
  });
}
