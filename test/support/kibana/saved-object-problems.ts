import { coreVersion, type SavedObject, typeVersions } from '../../../src/kibana/saved-object.ts';
import { dashboardProblems } from './dashboard-problems.ts';
import { fieldProblem, queryProblems } from './field-problems.ts';
import type { Fields } from './fields.ts';
import { jsonProblems } from './json-problems.ts';

/**
 * What is wrong with saved objects, in words. Kibana's import notices little of it: it takes panels whose JSON is
 * broken, fields that do not exist, and references of charts to nothing; a person would see it in the dashboard.
 */
export function savedObjectProblems(objects: readonly SavedObject[], fields: Map<string, Fields>): string[] {
  const ids = new Set(objects.map(keyOf));
  const doubled = objects.map(keyOf).filter((key, at, keys) => keys.indexOf(key) !== at);
  return [
    ...doubled.map((key) => `${key} is there twice`),
    ...objects.flatMap((object) => {
      const broken = [...stampProblems(object), ...jsonProblems(object), ...referenceProblems(object, ids)];
      // Whose JSON is broken cannot be looked into.
      const within = broken.length > 0 ? [] : contentProblems(object, fields);
      return [...broken, ...within].map((problem) => `${keyOf(object)}: ${problem}`);
    }),
  ];
}

const keyOf = ({ type, id }: Pick<SavedObject, 'type' | 'id'>) => `${type} ${id}`;

function stampProblems({ type, coreMigrationVersion, typeMigrationVersion }: SavedObject): string[] {
  const problems: string[] = [];
  if (coreMigrationVersion !== coreVersion)
    problems.push(`coreMigrationVersion is ${coreMigrationVersion}; Kibana 8.12 takes ${coreVersion}`);
  if (typeMigrationVersion !== typeVersions[type])
    problems.push(`typeMigrationVersion is ${typeMigrationVersion}; Kibana 8.12 takes ${typeVersions[type]}`);
  return problems;
}

function referenceProblems({ references }: SavedObject, ids: Set<string>): string[] {
  const names = references.map(({ name }) => name);
  return [
    ...references
      .filter((reference) => !ids.has(keyOf(reference)))
      .map(({ name, type, id }) => `reference ${name} leads to ${type} ${id}, which is not there`),
    ...names
      .filter((name, at) => names.indexOf(name) !== at)
      .map((name) => `reference ${name} is there twice`),
  ];
}

function contentProblems(object: SavedObject, fields: Map<string, Fields>): string[] {
  if (object.type === 'dashboard') return dashboardProblems(object, fields);
  if (object.type === 'search') return searchProblems(object, fields);
  return [];
}

function searchProblems({ attributes, references }: SavedObject, fields: Map<string, Fields>): string[] {
  const { columns, sort, kibanaSavedObjectMeta } = attributes as {
    columns: string[];
    sort: [string, string][];
    kibanaSavedObjectMeta: { searchSourceJSON: string };
  };
  const source = JSON.parse(kibanaSavedObjectMeta.searchSourceJSON) as {
    indexRefName: string;
    query: { query: string };
  };
  const view = references.find(({ name }) => name === source.indexRefName);
  if (view === undefined) return [`names the data view ${source.indexRefName}, which is no reference`];
  const known = fields.get(view.id);
  return [
    ...[...columns, ...sort.map(([field]) => field)].flatMap((field) => fieldProblem(known, field)),
    ...queryProblems(known, source.query.query),
  ];
}
