import { type Problem, problem } from '../../config/load/problems.ts';
import type { EnrichConfig } from '../../config/schema/parsers.ts';
import { messageOf } from '../../errors.ts';
import { type Additions, addField, type JsonObject, leafNames, valuesOf } from '../../events/index.ts';
import type { FieldValue } from '../../model.ts';
import type { ParsingTelemetry } from '../../telemetry/components/parsing.ts';
import { domainParts, scopeOf } from './domains.ts';
import { addIntegration, integrationFields } from './integrations.ts';
import { Locations, openDatabase } from './locations.ts';
import { userAgent } from './user-agents.ts';

/** The fields that the event has of its sender and of its line. */
type Own = (field: string) => FieldValue;

const originalAgent = 'user_agent.original';
type EnrichTelemetry = Pick<ParsingTelemetry, 'databaseUnreadable'>;

/** ECS objects with an address and what is known about it. */
const ends = ['source', 'client', 'destination', 'server'];
/** The beginnings of the names of all fields that an enrichment may add. */
const prefixes = [
  'user_agent.',
  ...integrationFields,
  ...ends.flatMap((end) => [`${end}.geo`, `${end}.as`, `${end}.address_scope`]),
  ...['url', 'dns.question', ...ends].flatMap((at) =>
    ['registered_domain', 'top_level_domain', 'subdomain'].map((part) => `${at}.${part}`),
  ),
];
/** Fields with host names, and the object that gets their parts. */
const names: readonly [field: string, at: string][] = [
  ['url.domain', 'url'],
  ['dns.question.name', 'dns.question'],
  ...ends.map((end): [string, string] => [`${end}.domain`, end]),
];

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
    if (config === undefined) return undefined;
    const { userAgent: agents, geoip, domains, addressScopes, integrations } = config;
    if (!agents && geoip.length === 0 && !domains && !addressScopes && !integrations) return undefined;
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
    if (this.#config.domains) for (const [field, at] of names) addDomain(fields, field, at, own);
    if (this.#config.integrations) addIntegration(fields, own);
    if (this.#config.addressScopes) for (const end of ends) addScope(fields, end, own);
    return fields;
  }
}

function addAgent(fields: JsonObject, own: Own): void {
  const text = own(originalAgent);
  if (typeof text !== 'string' || text === '' || own('user_agent.name') !== undefined) return;
  fields.user_agent = userAgent(text);
}

function addDomain(fields: JsonObject, field: string, at: string, own: Own): void {
  const name = own(field);
  if (typeof name !== 'string' || own(`${at}.registered_domain`) !== undefined) return;
  for (const [part, value] of Object.entries(domainParts(name) ?? {}))
    if (own(`${at}.${part}`) === undefined) addField(fields, `${at}.${part}`, value);
}

function addScope(fields: JsonObject, end: string, own: Own): void {
  const address = [own(`${end}.ip`)].flat()[0];
  if (typeof address !== 'string' || own(`${end}.address_scope`) !== undefined) return;
  const scope = scopeOf(address);
  if (scope !== undefined) addField(fields, `${end}.address_scope`, scope);
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
  if (Object.keys(found).length > 0) addField(fields, end, found);
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
