import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema/schema.ts';
import { isMapping } from './schema/shape.ts';

/** The sections that a running server reloads, by the part of the server that does so. All others need a restart. */
const parts = {
  /** The analyser changes between two records. */
  analysis: ['rules', 'kibana', 'parsers', 'processors', 'time', 'limits', 'routes', 'streams'],
  notifiers: ['notifiers', 'people', 'routes', 'inhibit_rules', 'time_intervals', 'maintenance'],
  /** A new indexer goes on from the cursor. */
  indexing: ['elasticsearch', 'indexing', 'parsers', 'processors', 'time'],
  /** Those that decide before the journal. */
  gate: ['processors', 'parsers', 'time'],
  /** A new forwarder goes on from the cursor. */
  forwarding: ['forward'],
  /** Own alerts and their notifiers. */
  selfMonitoring: ['selfMonitoring', 'notifiers', 'forward', 'streams'],
  /** Only the retention of the embedded store. */
  store: ['store'],
  watch: ['reload'],
  deadMansSwitch: ['deadMansSwitch'],
  streams: ['streams', 'notifiers', 'people'],
  reports: ['reports'],
  /** Only the level; the format stays. */
  log: ['log'],
} as const satisfies Record<string, readonly (keyof Config)[]>;

type Part = keyof typeof parts;

export interface ConfigChanges {
  /** The running configuration with all changes that need no restart. */
  config: Config;
  /** Parts of the server that the changes concern. */
  parts: Part[];
  /** Paths of changed settings, without values. Rules and notifiers are reported by name elsewhere. */
  settings: string[];
  /** Paths of changed settings that take effect at the next start. */
  needsRestart: string[];
}

export function changesBetween(running: Config, wanted: Config): ConfigChanges {
  const config = applicable(running, wanted);
  const concerned = (part: Part) =>
    parts[part].some((section) => !isDeepStrictEqual(running[section], config[section]));
  // Rules and notifiers are reported by name, which says more than an index.
  const { rules: _, notifiers: __, ...others } = running;
  const { rules: ___, notifiers: ____, ...next } = config;
  return {
    config,
    parts: (Object.keys(parts) as Part[]).filter(concerned),
    settings: pathsBetween(others, next),
    needsRestart: pathsBetween(config, wanted),
  };
}

/** The wanted configuration as far as a running server can apply it. */
function applicable(running: Config, wanted: Config): Config {
  const { rules, kibana, parsers, processors, time, notifiers, indexing, reload, selfMonitoring } = wanted;
  const { forward, store, log, elasticsearch, people, limits } = wanted;
  const { routes, inhibit_rules, time_intervals, maintenance, reports, streams } = wanted;
  const { forward: _, deadMansSwitch: __, ...others } = running;
  // The embedded store starts and stops with the process, so a change of the kind of target needs a restart.
  const remote = running.elasticsearch && elasticsearch;
  const kept = { keepAge: store.keepAge, keepSize: store.keepSize };
  return {
    ...others,
    ...{ rules, kibana, parsers, processors, time, notifiers, indexing, reload, selfMonitoring },
    ...{ limits, people, routes, inhibit_rules, time_intervals, maintenance, reports, streams },
    ...(forward && { forward }),
    ...(wanted.deadMansSwitch && { deadMansSwitch: wanted.deadMansSwitch }),
    ...(remote && { elasticsearch: remote }),
    store: { ...running.store, ...kept },
    log: { ...running.log, level: log.level },
  };
}

function pathsBetween(one: unknown, other: unknown, path = ''): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  if (!isMapping(one) || !isMapping(other)) return [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => pathsBetween(one[key], other[key], path === '' ? key : `${path}.${key}`));
}
