import { randomUUID } from 'node:crypto';
import type { SavedObject } from '../../../src/kibana/saved-object.ts';

export type Reply = [status: number, body: Record<string, unknown> | string];

/** The newest stamps that 8.12 takes. */
const newest: Record<string, string> = {
  tag: '8.0.0',
  'index-pattern': '8.0.0',
  lens: '8.9.0',
  visualization: '8.5.0',
  search: '8.0.0',
  dashboard: '8.9.0',
};

/** Kibana refuses an object with other attributes. */
const attributeNames: Record<string, string[]> = {
  dashboard: [
    ...['title', 'description', 'kibanaSavedObjectMeta', 'timeRestore', 'timeFrom', 'timeTo', 'version'],
    ...['refreshInterval', 'controlGroupInput', 'panelsJSON', 'optionsJSON', 'hits'],
  ],
  search: [
    ...['title', 'description', 'columns', 'sort', 'grid', 'hideChart', 'isTextBasedQuery', 'timeRestore'],
    'kibanaSavedObjectMeta',
  ],
};

const numbersOf = (version: string) => version.split('.').map(Number);

function isNewer(version: string, than: string): boolean {
  const [one, other] = [numbersOf(version), numbersOf(than)];
  const at = one.findIndex((number, place) => number !== other[place]);
  return at !== -1 && one[at]! > other[at]!;
}

export interface StoreOptions {
  /** Says that objects were taken, and takes none of these ids. */
  refuses?: string[];
}

/**
 * Saved objects of all spaces. An object belongs to one space, and its id to one object of all spaces: where the id is taken in another
 * space, Kibana gives the object a random one.
 */
export class ObjectStore {
  readonly objects = new Map<string, SavedObject & { space?: string }>();
  readonly #refuses: string[];

  constructor({ refuses = [] }: StoreOptions = {}) {
    this.#refuses = refuses;
  }

  /** `POST /api/saved_objects/_import`, with the body as it was sent. */
  import(space: string, path: string, body: string): Reply {
    const file = /filename="([^"]*)"[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(body);
    if (!file?.[1]?.endsWith('.ndjson')) return [400, { message: 'Invalid file extension' }];
    const lines = file[2]!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SavedObject);
    const refused = lines.map(refusalOf).find((reply) => reply !== undefined);
    if (refused !== undefined) return refused;
    const errors = lines.flatMap((object) =>
      this.#errorsOf(space, object, lines, path.includes('overwrite=true')),
    );
    // Of a file with one error Kibana takes nothing.
    if (errors.length === 0) for (const object of lines) this.#put(space, object);
    const successCount = lines.length - errors.length;
    return [200, { success: errors.length === 0, successCount, ...(errors.length > 0 && { errors }) }];
  }

  /** `POST /api/saved_objects/_export`: NDJSON, or what is missing. */
  export(space: string, body: string): Reply {
    const wanted = (JSON.parse(body) as { objects: { type: string; id: string }[] }).objects;
    const missing = wanted.filter(({ type, id }) => !this.has(space, type, id));
    if (missing.length > 0)
      return [400, { message: 'Error fetching objects to export', attributes: { objects: missing } }];
    return [200, wanted.map(({ type, id }) => JSON.stringify(this.objects.get(`${type} ${id}`))).join('\n')];
  }

  has(space: string, type: string, id: string): boolean {
    return (this.objects.get(`${type} ${id}`)?.space ?? space) === space && this.objects.has(`${type} ${id}`);
  }

  #errorsOf(space: string, object: SavedObject, file: SavedObject[], overwrite: boolean): unknown[] {
    const { type, id } = object;
    if (this.#refuses.includes(id)) return [{ ...object, error: { type: 'unknown', message: 'refused' } }];
    if (this.has(space, type, id) && !overwrite) return [{ ...object, error: { type: 'conflict' } }];
    // References to other types may lead nowhere, and Kibana says nothing.
    const lost = object.references.filter(
      (one) =>
        ['index-pattern', 'search'].includes(one.type) &&
        !this.has(space, one.type, one.id) &&
        !file.some((other) => other.type === one.type && other.id === one.id),
    );
    return lost.length > 0 ? [{ ...object, error: { type: 'missing_references', references: lost } }] : [];
  }

  #put(space: string, object: SavedObject): void {
    const key = `${object.type} ${object.id}`;
    const isTaken = this.objects.has(key) && !this.has(space, object.type, object.id);
    const id = isTaken ? randomUUID() : object.id;
    this.objects.set(`${object.type} ${id}`, { ...object, id, space });
  }
}

/** What Kibana refuses before it looks at what is there. */
function refusalOf(object: SavedObject): Reply | undefined {
  const { type, attributes, coreMigrationVersion, typeMigrationVersion } = object;
  if (newest[type] === undefined) return [400, { message: `Unsupported saved object type: "${type}"` }];
  if (coreMigrationVersion !== '8.8.0' || isNewer(typeMigrationVersion, newest[type]))
    return [422, { message: `Document "${object.id}" belongs to a more recent version of Kibana` }];
  const known = attributeNames[type];
  const unknown = known && Object.keys(attributes).find((name) => !known.includes(name));
  if (unknown !== undefined)
    return [400, { message: `[attributes.${unknown}]: definition for this key is missing` }];
  if (type === 'tag' && !/^#[\da-f]{6}$/i.test(String(attributes.color)))
    return [400, { message: 'color must be a hex color' }];
  return undefined;
}
