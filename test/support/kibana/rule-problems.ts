const groupsOf = { '.es-query': ['query matched', 'recovered'] } as Record<string, string[]>;
const params = {
  '.server-log': ['level', 'message'],
  '.index': ['documents'],
  '.slack': ['message'],
  '.email': ['to', 'subject', 'message'],
} as Record<string, string[]>;

interface RuleBody {
  name?: string;
  schedule?: { interval?: string };
  actions?: {
    id: string;
    group: string;
    params: Record<string, unknown>;
    frequency?: Record<string, unknown>;
  }[];
  params?: Record<string, unknown>;
}

/** What Kibana says with 400 to the body of a rule of the type `.es-query`; undefined where it takes it. */
export function ruleProblem(
  { name, schedule, actions = [], params: given = {} }: RuleBody,
  connectorType: (id: string) => string | undefined,
): string | undefined {
  if (!name) return '[request body.name]: expected value of type [string]';
  if (!/^\d+[smhd]$/.test(schedule?.interval ?? '')) return '[request body.schedule.interval]: bad format';
  return paramsProblem(given) ?? actions.map((action) => actionProblem(action, connectorType)).find(Boolean);
}

function paramsProblem(given: Record<string, unknown>): string | undefined {
  const { size, timeWindowSize, timeWindowUnit, threshold, thresholdComparator, groupBy } = given;
  if (!(Number(size) >= 0 && Number(size) <= 10_000)) return 'params.size: must be from 0 to 10000';
  if (!(Number(timeWindowSize) >= 1)) return 'params.timeWindowSize: must be equal to or greater than [1]';
  if (!['s', 'm', 'h', 'd'].includes(String(timeWindowUnit))) return 'params.timeWindowUnit: invalid';
  if (!Array.isArray(threshold) || threshold.length < 1 || threshold.length > 2)
    return 'params.threshold: array of one or two';
  if (!['>', '<', '>=', '<=', 'between', 'notBetween'].includes(String(thresholdComparator)))
    return 'params.thresholdComparator: invalid';
  if (groupBy === 'top' && (given.termField === undefined || !(Number(given.termSize) >= 1)))
    return 'params: termField and termSize are required when groupBy is top';
  const { query, index } = (given.searchConfiguration ?? {}) as Record<string, unknown>;
  if (given.searchType === 'searchSource' && (query === undefined || typeof index !== 'string'))
    return 'params.searchConfiguration: query and index are required';
  return undefined;
}

function actionProblem(
  action: NonNullable<RuleBody['actions']>[number],
  connectorType: (id: string) => string | undefined,
): string | undefined {
  const type = connectorType(action.id);
  if (type === undefined) return `Failed to load action ${action.id}`;
  if (!groupsOf['.es-query']!.includes(action.group)) return `Invalid action groups: ${action.group}`;
  const { summary, notify_when, throttle } = action.frequency ?? {};
  if (typeof summary !== 'boolean' || notify_when === undefined || throttle === undefined)
    return 'Actions missing frequency parameters';
  if (summary && notify_when === 'onActionGroupChange') return 'summary needs a throttle';
  const missing = (params[type] ?? []).find((name) => action.params[name] === undefined);
  return missing === undefined ? undefined : `error validating action params: [${missing}]: expected`;
}
