/** Requests that the API answers, with what they are for. */
export const links = {
  '/alerts':
    'open alerts; POST /alerts/acknowledge, /alerts/assign and /alerts/verdict with their ids, /alerts/missed',
  '/explain':
    'why an alert fired (?alert=id), why a rule did or did not (?rule=name&at=time&group=group), what each rule made of an event (?event=id)',
  '/health': 'whether the journal and its readers move: 200, or 503 with the reasons',
  '/metrics': 'metrics in the Prometheus text format',
  '/reload':
    'POST takes up the changed configuration: what changed, or 400 with its problems; {"dryRun": true} only compares the rules',
  '/silences': 'silences; POST adds one, POST /silences/expire ends some',
  '/stats':
    'rates and errors of the last second, 10 s, 2 min and since the start (?by=section,status&top=10&sort=2m)',
  '/status': 'inputs, journal, readers, alerts, sink and notifiers as JSON',
};

/** Of the dashboard, where it is served. */
export const dashboardLinks = {
  '/api/docs': 'logs, traffic, alerts, rules and sources as JSON; /api/openapi.json describes the requests',
  '/ui/': 'the dashboard, for browsers',
};
