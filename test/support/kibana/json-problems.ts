import type { SavedObject, SavedObjectType } from '../../../src/kibana/saved-object.ts';

/** Attributes that are JSON within a string, by their paths. Kibana imports them unread. */
const jsonStrings: Record<SavedObjectType, string[]> = {
  tag: [],
  'index-pattern': ['fields', 'fieldAttrs', 'fieldFormatMap', 'runtimeFieldMap', 'sourceFilters', 'typeMeta'],
  lens: [],
  visualization: ['visState', 'uiStateJSON', 'kibanaSavedObjectMeta.searchSourceJSON'],
  search: ['kibanaSavedObjectMeta.searchSourceJSON'],
  dashboard: [
    'panelsJSON',
    'optionsJSON',
    'kibanaSavedObjectMeta.searchSourceJSON',
    'controlGroupInput.panelsJSON',
    'controlGroupInput.ignoreParentSettingsJSON',
  ],
};

export function jsonProblems({ type, attributes }: SavedObject): string[] {
  return jsonStrings[type].flatMap((path) => {
    const text = path
      .split('.')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], attributes);
    if (typeof text !== 'string') return [`${path} is no string of JSON`];
    try {
      JSON.parse(text);
      return [];
    } catch (error) {
      return [`${path} is no JSON: ${(error as Error).message}`];
    }
  });
}
