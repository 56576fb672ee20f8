import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { Reader } from 'mmdb-lib';
import { messageOf } from '../../errors.ts';
import { isObject, type JsonObject, valuesOf } from '../../events/index.ts';
import type { Millis } from '../../model.ts';

interface LocationsOptions {
  /** MaxMind files: cities or countries, and autonomous systems. */
  paths: readonly string[];
  /** A file can no longer be read; what was read of it before stays in use. */
  unreadable: (path: string, reason: string) => void;
  /** Monotonic time. */
  now?: () => Millis;
}

/** How often it is looked whether a file was replaced. */
const checkEvery: Millis = 30_000;
/** Addresses whose fields are remembered. */
const most = 10_000;

/** Finds out where addresses are, in databases of MaxMind's format. A file that is replaced is read anew. */
export class Locations {
  readonly #databases: Database[];
  readonly #now: () => Millis;
  readonly #known = new Map<string, JsonObject>();
  #checked: Millis;

  constructor({ paths, unreadable, now = () => performance.now() }: LocationsOptions) {
    this.#now = now;
    this.#checked = now();
    this.#databases = paths.map((path) => new Database(path, unreadable));
  }

  /** `geo` and `as` of an address; empty where no database has it. */
  of(address: string): JsonObject {
    this.#renew();
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const found: JsonObject = {};
    for (const database of this.#databases) Object.assign(found, database.find(address));
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(address, found);
    return found;
  }

  #renew(): void {
    if (this.#now() - this.#checked < checkEvery) return;
    this.#checked = this.#now();
    if (this.#databases.map((one) => one.renew()).includes(true)) this.#known.clear();
  }
}

class Database {
  readonly #path: string;
  readonly #unreadable: LocationsOptions['unreadable'];
  #mark = '';
  #reader: Reader<never> | undefined;

  constructor(path: string, unreadable: LocationsOptions['unreadable']) {
    this.#path = path;
    this.#unreadable = unreadable;
    this.renew();
  }

  /** Reads the file where it is another one. Returns whether it was. */
  renew(): boolean {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const mark = `${mtimeMs} ${size} ${ino}`;
      if (mark === this.#mark) return false;
      this.#mark = mark;
      this.#reader = openDatabase(this.#path);
      return true;
    } catch (error) {
      this.#unreadable(this.#path, messageOf(error));
      return false;
    }
  }

  find(address: string): JsonObject {
    if (this.#reader === undefined || isIP(address) === 0) return {};
    try {
      const record: unknown = this.#reader.get(address);
      return isObject(record) ? fieldsOf(record) : {};
    } catch (error) {
      // Of a damaged file some addresses can be read.
      this.#unreadable(this.#path, messageOf(error));
      return {};
    }
  }
}

/** Throws where the file cannot be read or is no database. */
export const openDatabase = (path: string): Reader<never> => new Reader<never>(readFileSync(path));

/** A record as ECS has it. Records are nested in MaxMind's databases, and flat in those that others make of them. */
function fieldsOf(record: JsonObject): JsonObject {
  const at = (name: string) => [valuesOf(record, name)].flat()[0];
  const country = at('country.iso_code') ?? at('country_code');
  const region = at('subdivisions.iso_code');
  const [lat, lon] = [at('location.latitude') ?? at('latitude'), at('location.longitude') ?? at('longitude')];
  const number = at('autonomous_system_number');
  const organization = at('autonomous_system_organization');
  const geo = present({
    continent_name: at('continent.names.en'),
    continent_code: at('continent.code'),
    country_iso_code: country,
    country_name: at('country.names.en'),
    region_iso_code: country !== undefined && region !== undefined ? `${country}-${region}` : undefined,
    region_name: at('subdivisions.names.en') ?? at('state1'),
    city_name: at('city.names.en') ?? at('city'),
    postal_code: at('postal.code') ?? at('postcode'),
    timezone: at('location.time_zone') ?? at('timezone'),
    location: typeof lat === 'number' && typeof lon === 'number' ? { lat, lon } : undefined,
  });
  const as = present({
    number: typeof number === 'number' ? number : undefined,
    organization: organization === undefined ? undefined : { name: organization },
  });
  return present({ geo, as });
}

/** Without the members that have no value. */
const present = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) =>
        value !== undefined && value !== null && !(isObject(value) && Object.keys(value).length === 0),
    ),
  );
