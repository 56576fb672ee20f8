import { dashboardObject } from './dashboard.ts';
import { alertDashboard } from './dashboards/alerts.ts';
import { clientDashboard } from './dashboards/clients.ts';
import { errorDashboard } from './dashboards/errors.ts';
import { loginDashboard } from './dashboards/logins.ts';
import { ruleDashboard } from './dashboards/rules.ts';
import { serverDashboard } from './dashboards/server.ts';
import { syslogDashboard } from './dashboards/syslog.ts';
import { traffic } from './dashboards/traffic.ts';
import { dataViewObject, type Patterns, viewsOf } from './data-views.ts';
import { inSpace, type SavedObject } from './saved-object.ts';
import { searchesOf, searchObject } from './searches.ts';
import { tag } from './tag.ts';

/** In the order of the links. */
const dashboards = [
  ...[traffic, errorDashboard, alertDashboard, ruleDashboard],
  ...[clientDashboard, loginDashboard, syslogDashboard, serverDashboard],
];

/** Everything that is imported into a space of Kibana, what others refer to first. */
export function savedObjects(patterns: Patterns = {}, space?: string): SavedObject[] {
  const views = viewsOf(patterns, space);
  const all = dashboards.map((dashboard) => dashboard(views));
  const objects = [
    tag(),
    ...Object.values(views).map(dataViewObject),
    ...searchesOf(views).map(searchObject),
    ...all.map((dashboard) => dashboardObject(dashboard, all)),
  ];
  return inSpace(objects, space);
}
