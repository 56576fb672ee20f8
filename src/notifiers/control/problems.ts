import { type Path, type Problem, problem } from '../../config/load/problems.ts';
import type { RouteConfig } from '../../config/schema/routing.ts';
import type { Config } from '../../config/schema/schema.ts';
import { messageOf } from '../../errors.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import { isZone } from '../../util/zone.ts';
import { matcherProblems } from './matcher-problems.ts';
import { routesName } from './routes.ts';
import type { CompileQuery } from './silences.ts';
import { intervalOf } from './time-interval.ts';

type Checked = Pick<
  Config,
  'rules' | 'notifiers' | 'routes' | 'inhibit_rules' | 'time_intervals' | 'maintenance'
>;

/** A route with its place. */
interface Placed {
  route: RouteConfig;
  path: Path;
  around: Placed | undefined;
}

/** Everything in routes, inhibitions, intervals and maintenance windows that cannot work or can never have an effect. */
export const controlProblems =
  (compileQuery: CompileQuery) =>
  (config: Checked): Problem[] => {
    const routes = placed(config.routes, ['routes'], undefined);
    return [
      ...reserved(config),
      ...unused(config),
      ...routes.flatMap((one) => routeProblems(one, config)),
      ...alike(routes),
      ...unreachable(config.routes, ['routes']),
      ...escalations(routes),
      ...config.inhibit_rules.flatMap((rule, place) =>
        (['source_matchers', 'target_matchers'] as const).flatMap((side) =>
          matcherProblems(rule[side], ['inhibit_rules', place, side], config.rules),
        ),
      ),
      ...config.time_intervals.flatMap((_, place) => intervalProblems(config, place)),
      ...config.maintenance.flatMap((_, place) => maintenanceProblems(config, place, compileQuery)),
    ];
  };

function placed(routes: readonly RouteConfig[], at: Path, around: Placed | undefined): Placed[] {
  return routes.flatMap((route, place) => {
    const one: Placed = { route, path: [...at, place], around };
    return [one, ...placed(route.routes ?? [], [...one.path, 'routes'], one)];
  });
}

function reserved({ notifiers }: Checked): Problem[] {
  if (!Object.hasOwn(notifiers, routesName)) return [];
  const message = `The name \`${routesName}\` stands for the routes.`;
  return [problem(['notifiers', routesName], message, 'Give the notifier another name.')];
}

function unused({ routes, rules }: Checked): Problem[] {
  if (routes.length === 0 || rules.length === 0 || rules.some(({ notify }) => notify.length === 0)) return [];
  const message = 'Every rule names its notifiers, so the routes get no alert.';
  return [
    problem(['routes'], message, 'Remove `notify` from the rules whose alerts the routes are to take.'),
  ];
}

function routeProblems({ route, path, around }: Placed, config: Checked): Problem[] {
  const known = ['log', ...Object.keys(config.notifiers)];
  const intervals = config.time_intervals.map(({ name }) => name);
  const routed = config.rules.filter(({ notify }) => notify.length === 0);
  return [
    ...matcherProblems(route.matchers, [...path, 'matchers'], routed),
    ...unknown(route.notify ?? [], known, [...path, 'notify'], 'notifier', 'Declare it under `notifiers`.'),
    ...(['mute_time_intervals', 'active_time_intervals'] as const).flatMap((side) =>
      unknown(route[side], intervals, [...path, side], 'interval', 'Declare it under `time_intervals`.'),
    ),
    ...(notifies(route, around)
      ? []
      : [problem(path, 'This route notifies nobody.', 'Set `notify` in it, or in the route around it.')]),
  ];
}

function notifies(route: RouteConfig, around: Placed | undefined): boolean {
  if (route.notify !== undefined) return route.notify.length > 0;
  // A route whose alerts are all taken by routes within it needs no notifier.
  const covers = route.routes?.some(({ matchers }) => matchers.length === 0) ?? false;
  return covers || (around !== undefined && notifies(around.route, around.around));
}

function unknown(
  names: readonly string[],
  known: readonly string[],
  path: Path,
  what: string,
  remedy: string,
): Problem[] {
  return names.flatMap((name, place) => {
    if (known.includes(name)) return [];
    const message = `There is no ${what} \`${name}\`${didYouMean(name, known) || '.'}`;
    return [{ ...problem([...path, place], message, remedy), alone: true }];
  });
}

/** Groups are kept by the route's name or matchers, so two routes must not have the same. */
function alike(routes: readonly Placed[]): Problem[] {
  const seen = new Set<string>();
  return routes.flatMap(({ route, path, around }) => {
    const parent = around === undefined ? '' : JSON.stringify(around.path);
    const id = route.name === undefined ? `${parent}/${route.matchers.join(',')}` : `name ${route.name}`;
    const isNew = !seen.has(id);
    seen.add(id);
    if (isNew) return [];
    if (route.name !== undefined)
      return [
        problem(
          [...path, 'name'],
          `Another route is called \`${route.name}\`.`,
          'Give each route a name of its own.',
        ),
      ];
    return [
      problem(
        path,
        'Another route beside it has the same matchers.',
        'Give this route a `name`, or remove it.',
      ),
    ];
  });
}

/** Routes behind one that takes every alert. */
function unreachable(routes: readonly RouteConfig[], at: Path): Problem[] {
  const last = routes.findIndex(takesAll);
  const hidden = routes
    .map((_, place) => place)
    .filter((place) => last !== -1 && place > last && !routes[place]!.escalation_only);
  return [
    ...hidden.map((place) =>
      problem(
        [...at, place],
        'No alert gets here: a route before it has no matchers and takes all of them.',
        'Move that route to the end, or set `continue` in it.',
      ),
    ),
    ...routes.flatMap((route, place) => unreachable(route.routes ?? [], [...at, place, 'routes'])),
  ];
}

const takesAll = (route: RouteConfig) =>
  route.matchers.length === 0 && !route.continue && !route.escalation_only;

/** Escalations to routes that do not exist, or that come back. */
function escalations(routes: readonly Placed[]): Problem[] {
  const named = new Map(
    routes.flatMap(({ route }) => (route.name === undefined ? [] : [[route.name, route] as const])),
  );
  return routes.flatMap(({ route, path }) => {
    const to = route.escalate?.to;
    if (to === undefined) return [];
    const at = [...path, 'escalate', 'to'];
    if (!named.has(to))
      return unknown(
        [to],
        [...named.keys()],
        [...path, 'escalate'],
        'route',
        'Give a route this `name`.',
      ).map((one) => ({ ...one, path: problem(at, '', '').path }));
    const way = circleFrom(route, named);
    if (way === undefined) return [];
    return [
      problem(
        at,
        `The escalation goes in a circle: ${way.join(' → ')}.`,
        'End it at a route without `escalate`.',
      ),
    ];
  });
}

/** The circle that begins at a route, for the first of its routes only, so that it is reported once. */
function circleFrom(
  { name, escalate }: RouteConfig,
  named: ReadonlyMap<string, RouteConfig>,
): string[] | undefined {
  if (name === undefined) return undefined;
  const way = [name];
  let next = escalate?.to;
  while (next !== undefined && !way.includes(next)) {
    way.push(next);
    next = named.get(next)?.escalate?.to;
  }
  const [first] = [...named.keys()].filter((one) => way.includes(one));
  return next === name && first === name ? [...way, name] : undefined;
}

function intervalProblems({ time_intervals }: Checked, place: number): Problem[] {
  const { name, time_intervals: spans } = time_intervals[place]!;
  const at = ['time_intervals', place];
  const isTwice = time_intervals.findIndex((other) => other.name === name) < place;
  return [
    ...(isTwice
      ? [
          problem(
            [...at, 'name'],
            `Another interval is called \`${name}\`.`,
            'Give each interval a name of its own.',
          ),
        ]
      : []),
    ...spans.flatMap((span, number) => {
      const path = [...at, 'time_intervals', number];
      if (!isZone(span.location)) {
        const remedy = 'Write an IANA time zone name, such as `Europe/Berlin`.';
        return [problem([...path, 'location'], `\`${span.location}\` is not a time zone.`, remedy)];
      }
      return attempt(path, () => intervalOf([span]), 'Correct the span.');
    }),
  ];
}

function maintenanceProblems(config: Checked, place: number, compileQuery: CompileQuery): Problem[] {
  const { matchers, query, time_intervals } = config.maintenance[place]!;
  const at = ['maintenance', place];
  const intervals = config.time_intervals.map(({ name }) => name);
  return [
    ...matcherProblems(matchers, [...at, 'matchers'], config.rules),
    ...(query === undefined
      ? []
      : attempt([...at, 'query'], () => compileQuery(query), 'Write KQL as in Kibana.')),
    ...unknown(
      time_intervals,
      intervals,
      [...at, 'time_intervals'],
      'interval',
      'Declare it under `time_intervals`.',
    ),
  ];
}

function attempt(path: Path, act: () => unknown, remedy: string): Problem[] {
  try {
    act();
    return [];
  } catch (error) {
    return [{ ...problem(path, messageOf(error), remedy), alone: true }];
  }
}
