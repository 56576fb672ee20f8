import { createHash } from 'node:crypto';
import type { RouteConfig } from '../../config/schema/routing.ts';
import type { Millis } from '../../model.ts';
import {
  type AlertLabels,
  formatMatcher,
  labelOf,
  type Matcher,
  matchesAll,
  parseMatcher,
} from './matcher.ts';

/** A route with what it takes over from the routes around it. */
export interface Route {
  /** Stays the same as long as the name, or the matchers from the outermost route on, do. */
  id: string;
  notify: readonly string[];
  /** `undefined`: a message for each alert. */
  groupBy: readonly string[] | undefined;
  groupWait: Millis;
  groupInterval: Millis;
  repeatInterval: Millis;
  repeatLimit: number;
  flappingWait: Millis;
  mute: readonly string[];
  active: readonly string[];
  escalate: { after: Millis; to: string } | undefined;
  /** It stands for a notifier that a rule names itself. */
  isDirect?: true;
}

/** The name under which notifications of rules without `notify` wait for the routes. */
export const routesName = 'routes';

interface Node {
  route: Route;
  name: string | undefined;
  matchers: readonly Matcher[];
  continues: boolean;
  escalationOnly: boolean;
  children: readonly Node[];
}

const minute = 60_000;
const defaults = {
  ...{ notify: [], groupBy: undefined, repeatInterval: 240 * minute, repeatLimit: 10 },
  ...{ groupInterval: 5 * minute, flappingWait: 0 },
};
/** Alertmanager's `group_by: ['...']`. */
const each = '...';
const defaultWait: Millis = 30_000;

/** The tree of routes. */
export class RouteTree {
  readonly #nodes: readonly Node[];
  readonly #byId = new Map<string, Route>();
  readonly #byName = new Map<string, Route>();

  /** Throws `USAGE` where a matcher cannot be read. */
  constructor(configs: readonly RouteConfig[]) {
    this.#nodes = configs.map((config) => nodeOf(config, undefined));
    this.#note(this.#nodes);
  }

  /** The routes that an alert takes: none where none matches. */
  of(labels: AlertLabels): Route[] {
    return matching(this.#nodes, labels);
  }

  /** A route by its id; that of a rule’s own notifier by `direct:` and the name of the notifier. */
  byId(id: string): Route | undefined {
    return (
      this.#byId.get(id) ??
      (id.startsWith(directPrefix) ? directRoute(id.slice(directPrefix.length)) : undefined)
    );
  }

  named(name: string): Route | undefined {
    return this.#byName.get(name);
  }

  #note(nodes: readonly Node[]): void {
    for (const { route, name, children } of nodes) {
      this.#byId.set(route.id, route);
      if (name !== undefined) this.#byName.set(name, route);
      this.#note(children);
    }
  }
}

const directPrefix = 'direct:';

/** How often it is looked at again whether an alert of a rule’s own notifier may be sent. */
const directInterval: Millis = 10_000;

/** The route of a notifier that a rule names itself: a message for each alert, at once, and no repetition. */
export function directRoute(notifier: string): Route {
  return {
    ...defaults,
    ...{ id: directPrefix + notifier, notify: [notifier], groupWait: 0, groupInterval: directInterval },
    ...{ repeatLimit: 0, mute: [], active: [], escalate: undefined, isDirect: true },
  };
}

/** Names the group of an alert within its route. */
export function groupKeyOf({ id, groupBy }: Route, labels: AlertLabels, episode: string): string {
  const values = groupBy?.map((name) => [name, labelOf(labels, name)]) ?? episode;
  return createHash('sha256')
    .update(JSON.stringify([id, values]))
    .digest('base64url')
    .slice(0, 22);
}

export function groupLabelsOf({ groupBy = [] }: Route, labels: AlertLabels): Record<string, string> {
  return Object.fromEntries(groupBy.map((name) => [name, labelOf(labels, name)]));
}

/** The first node that matches and, where it says so, those after it. Within a node its children decide. */
function matching(nodes: readonly Node[], labels: AlertLabels): Route[] {
  const found: Route[] = [];
  for (const { matchers, route, children, continues, escalationOnly } of nodes) {
    if (escalationOnly || !matchesAll(matchers, labels)) continue;
    const inner = matching(children, labels);
    found.push(...(inner.length > 0 ? inner : [route]));
    if (!continues) break;
  }
  return found;
}

function nodeOf(config: RouteConfig, around: Node | undefined): Node {
  const matchers = config.matchers.map(parseMatcher);
  const parent = around?.route;
  const own = `{${matchers.map(formatMatcher).join(',')}}`;
  const id = config.name ?? `${parent?.id ?? ''}/${own}`;
  const base = parent ?? { ...defaults, groupWait: undefined };
  const groupBy =
    config.group_by === undefined
      ? base.groupBy
      : config.group_by.includes(each)
        ? undefined
        : config.group_by;
  const wait = config.group_by === undefined ? base.groupWait : undefined;
  const route: Route = {
    id,
    notify: config.notify ?? base.notify,
    groupBy,
    groupWait: config.group_wait ?? wait ?? (groupBy === undefined ? 0 : defaultWait),
    groupInterval: config.group_interval ?? base.groupInterval,
    repeatInterval: config.repeat_interval ?? base.repeatInterval,
    repeatLimit: config.repeat_limit ?? base.repeatLimit,
    flappingWait: config.flapping_wait ?? base.flappingWait,
    mute: config.mute_time_intervals,
    active: config.active_time_intervals,
    escalate: config.escalate,
  };
  const { name, continue: continues, escalation_only: escalationOnly } = config;
  const node = { ...{ route, name, matchers, continues, escalationOnly }, children: [] as Node[] };
  return { ...node, children: (config.routes ?? []).map((inner) => nodeOf(inner, node)) };
}
