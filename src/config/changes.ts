import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema/schema.ts';
import { isMapping } from './schema/shape.ts';

/** What a running server takes up, and which part of it does. Everything else needs a restart. */
const parts = {
  /** The analyser, between two records. */
  analysis: ['rules', 'kibana', 'parsers', 'time'],
  notifiers: ['notifiers'],
  /** Another client, which goes on from the cursors. */
  indexing: ['elasticsearch', 'indexing', 'parsers', 'time'],
  /** Another forwarder, which goes on from the cursor of the one before it. */
  forwarding: ['forward'],
  /** What is alert, and who is told of it. */
  selfMonitoring: ['selfMonitoring', 'notifiers', 'forward'],
  /** Of the embedded store only how much is kept. */
  store: ['store'],
  watch: ['reload'],
  /** Only from which level on; its format stays. */
  log: ['log'],
} as const satisfies Record<string, readonly (keyof Config)[]>;

type Part = keyof typeof parts;

export interface ConfigChanges {
  /** The running configuration with everything that can change while it runs. */
  config: Config;
  /** Parts of the server that are concerned. */
  parts: Part[];
  /** Settings that changed, by path and without their values; rules and notifiers are told by name elsewhere. */
  settings: string[];
  /** Settings that changed and stay as they are until the next start. */
  needsRestart: string[];
}

export function changesBetween(running: Config, wanted: Config): ConfigChanges {
  const config = reachable(running, wanted);
  const concerned = (part: Part) =>
    parts[part].some((section) => !isDeepStrictEqual(running[section], config[section]));
  // Rules and notifiers have names, which say more than their places.
  const { rules: _, notifiers: __, ...others } = running;
  const { rules: ___, notifiers: ____, ...next } = config;
  return {
    config,
    parts: (Object.keys(parts) as Part[]).filter(concerned),
    settings: pathsBetween(others, next),
    needsRestart: pathsBetween(config, wanted),
  };
}

/** As much of what is wanted as a running server can come to. */
function reachable(running: Config, wanted: Config): Config {
  const { rules, kibana, parsers, time, notifiers, indexing, reload, selfMonitoring } = wanted;
  const { forward, store, log, elasticsearch } = wanted;
  const { forward: _, ...others } = running;
  // The embedded store is started and stopped with the process, so another kind of target is another process.
  const remote = running.elasticsearch && elasticsearch;
  const kept = { keepAge: store.keepAge, keepSize: store.keepSize };
  return {
    ...others,
    ...{ rules, kibana, parsers, time, notifiers, indexing, reload, selfMonitoring },
    ...(forward && { forward }),
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
