import { idInSpace } from '../util/kibana-space.ts';

/**
 * Saved objects as Kibana imports them. The stamps are the oldest whose shapes are used here; a newer Kibana migrates
 * them upward, and an older one than 8.12 refuses those of lens and dashboard.
 */
export type SavedObjectType = 'tag' | 'index-pattern' | 'lens' | 'visualization' | 'search' | 'dashboard';

export interface Reference {
  name: string;
  type: SavedObjectType;
  id: string;
}

export interface SavedObject {
  id: string;
  type: SavedObjectType;
  attributes: Record<string, unknown>;
  references: Reference[];
  coreMigrationVersion: string;
  typeMigrationVersion: string;
  managed: boolean;
}

export const coreVersion = '8.8.0';

export const typeVersions: Record<SavedObjectType, string> = {
  tag: '8.0.0',
  'index-pattern': '7.11.0',
  lens: '8.9.0',
  visualization: '8.5.0',
  search: '7.9.3',
  dashboard: '8.9.0',
};

export function savedObject(
  type: SavedObjectType,
  id: string,
  attributes: Record<string, unknown>,
  references: Reference[] = [],
): SavedObject {
  return {
    id,
    type,
    attributes,
    references,
    coreMigrationVersion: coreVersion,
    typeMigrationVersion: typeVersions[type],
    managed: false,
  };
}

/**
 * The same objects with ids of their own in another space than the default one. Where an object of the same id is in another space,
 * Kibana would give this one a random id, and what refers to it, of which an import knows nothing, would lead nowhere. Data views have
 * their ids from the start, for charts name them within.
 */
export function inSpace(objects: readonly SavedObject[], space: string | undefined): SavedObject[] {
  const own = <Named extends { type: SavedObjectType; id: string }>(one: Named): Named =>
    one.type === 'index-pattern' ? one : { ...one, id: idInSpace(one.id, space) };
  return objects.map((object) => ({ ...own(object), references: object.references.map(own) }));
}

/** The file that `_import` takes: one object a line. */
export function ndjson(objects: readonly SavedObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

/** A search source as a JSON string: what is searched, and by which data view (the name of a reference). */
export function searchSource(query: string, dataView?: string): { searchSourceJSON: string } {
  const source = {
    query: { query, language: 'kuery' },
    filter: [],
    ...(dataView !== undefined && { indexRefName: dataView }),
  };
  return { searchSourceJSON: JSON.stringify(source) };
}
