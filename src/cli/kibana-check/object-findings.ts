import { type Answer, type KibanaClient, reasonOf } from '../../kibana/client.ts';
import { editionIn } from '../../kibana/dashboard.ts';
import type { View } from '../../kibana/data-views.ts';
import type { SavedObject } from '../../kibana/saved-object.ts';
import { type Finding, fine, problem, warning } from '../doctor/finding.ts';

const nameOf = ({ type, id }: { type: string; id: string }) => `${type} ${id}`;

/** Privileges of Kibana by the names on its page of roles, for a login that may not ask. */
export const mayNot = (what: string, answer: Answer, privilege: string): Finding =>
  problem(
    what,
    answer.status === 403
      ? `the login may not ask for it (${reasonOf(answer)}): give its role the privilege ${privilege}`
      : `Kibana does not say (${reasonOf(answer)})`,
  );

/** Objects that are missing, and dashboards of another release. An export of all objects lists the missing ones, in any version. */
export async function objectFindings(
  client: KibanaClient,
  objects: readonly SavedObject[],
): Promise<Finding[]> {
  const what = 'objects';
  const missing = await exported(client, objects);
  if (!Array.isArray(missing)) return [mayNot(what, missing, 'Saved Objects Management: Read')];
  if (missing.length > 0)
    return missing.map((name) => problem(name, 'is missing: run `logboom kibana import`'));
  const dashboards = objects.filter(({ type }) => type === 'dashboard');
  const old = await otherEditions(client, dashboards);
  if (old.length > 0)
    return old.map((name) =>
      warning(
        name,
        'is of another release, or was changed: `logboom kibana import --overwrite` puts the present one in its place',
      ),
    );
  return [fine(what, `all ${objects.length} are there, and the dashboards are of this release`)];
}

/** Names of the missing objects, or the answer where Kibana does not say. */
async function exported(client: KibanaClient, objects: readonly SavedObject[]): Promise<string[] | Answer> {
  const answer = await client.lines('/api/saved_objects/_export', exportOf(objects));
  if (answer.status === 200) return [];
  const { objects: missing } = (answer.body.attributes ?? {}) as { objects?: { type: string; id: string }[] };
  return missing?.map(nameOf) ?? answer;
}

const exportOf = (objects: readonly SavedObject[]) => ({
  objects: objects.map(({ type, id }) => ({ type, id })),
  excludeExportDetails: true,
});

async function otherEditions(client: KibanaClient, dashboards: readonly SavedObject[]): Promise<string[]> {
  const { lines } = await client.lines('/api/saved_objects/_export', exportOf(dashboards));
  const found = new Map(lines.map((object) => [nameOf(object as unknown as SavedObject), object]));
  return dashboards
    .filter((wanted) => {
      const { description } = (found.get(nameOf(wanted))?.attributes ?? {}) as { description?: unknown };
      return editionIn(description) !== editionIn(wanted.attributes.description);
    })
    .map(nameOf);
}

/** Data views whose pattern fits no index that the login may read: each of their panels is empty, and rules over them fail. */
export async function indexFindings(client: KibanaClient, views: readonly View[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const view of views) {
    const what = `index ${view.title}`;
    const answer = await client.get(`/api/data_views/data_view/${encodeURIComponent(view.id)}`);
    // A data view that is missing is named among the objects.
    if (answer.status === 404) continue;
    if (answer.status !== 200) found.push(mayNot(what, answer, 'Data View Management: Read'));
    else if (!hasFields(answer, view))
      found.push(
        problem(
          what,
          `the data view ${view.id} finds no field: no index has such a name (run \`logboom setup\`, and send events), or the login lacks the privileges read and view_index_metadata on it`,
        ),
      );
  }
  return found.length > 0 ? found : [fine('indices', 'each data view finds one')];
}

/** Runtime fields are in a data view without an index, too. */
function hasFields({ body }: Answer, { runtimeFields = {} }: View): boolean {
  const { fields = {} } = (body.data_view ?? {}) as { fields?: Record<string, unknown> };
  return Object.keys(fields).some((name) => !name.startsWith('_') && runtimeFields[name] === undefined);
}
