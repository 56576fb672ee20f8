import { dashboardObject } from './dashboard.ts';
import { alertDashboard } from './dashboards/alerts.ts';
import { errorDashboard } from './dashboards/errors.ts';
import { serverDashboard } from './dashboards/server.ts';
import { traffic } from './dashboards/traffic.ts';
import { dataViewObject, type Patterns, viewsOf } from './data-views.ts';
import type { SavedObject } from './saved-object.ts';
import { searchesOf, searchObject } from './searches.ts';

const dashboards = [traffic, errorDashboard, alertDashboard, serverDashboard];

/** Everything that is imported into Kibana, what others refer to first. */
export function savedObjects(patterns: Patterns = {}): SavedObject[] {
  const views = viewsOf(patterns);
  return [
    ...Object.values(views).map(dataViewObject),
    ...searchesOf(views).map(searchObject),
    ...dashboards.map((dashboard) => dashboardObject(dashboard(views))),
  ];
}
