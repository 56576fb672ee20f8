import { isDeepStrictEqual } from 'node:util';
import type { DiscoverConfig } from '../config/schema/kibana.ts';
import { isAtGate } from '../config/schema/processors.ts';
import type { RuleConfig } from '../config/schema/rules.ts';
import type { Config } from '../config/schema/schema.ts';
import type { RuleChanges } from '../model.ts';
import { routesName } from '../notifiers/control/routes.ts';
import { withoutKeys } from '../processors/chain.ts';
import { fingerprintOf } from '../rules/run/run.ts';
import { idInSpace, isDefaultSpace } from '../util/kibana-space.ts';

/** Comes with `logboom kibana import`, into each space with an id of its own. */
const eventsView = 'logboom-events';

/** What of the configuration decides on what the engine puts out. It goes to disk, and holds no secret. */
export type Analysis = Pick<Config, 'rules' | 'parsers' | 'processors' | 'time' | 'limits'> & {
  kibana: DiscoverConfig;
  journal: Pick<Config['journal'], 'tick'>;
};

export function analysisOf(config: Config): Analysis {
  const { rules, routes, kibana, parsers, processors, time, journal, limits } = config;
  const { url, space, dataView } = kibana;
  const links = {
    ...(url !== undefined && { url }),
    ...(!isDefaultSpace(space) && { space: space! }),
    dataView: dataView ?? idInSpace(eventsView, space),
  };
  const routed = routes.length === 0 ? rules : rules.map(notifyingRoutes);
  const steps = withoutKeys(processors.filter((processor) => !isAtGate(processor)));
  const { tick } = journal;
  return { rules: routed, kibana: links, parsers, processors: steps, time, limits, journal: { tick } };
}

/** Where there are routes, they get the notifications of rules that name no notifier. */
const notifyingRoutes = (rule: RuleConfig): RuleConfig =>
  rule.notify.length > 0 ? rule : { ...rule, notify: [routesName] };

type Rules = Pick<Config, 'rules'>;
const enabledOf = ({ rules }: Rules) => rules.filter(({ enabled }) => enabled);

export function ruleChanges(from: Rules, to: Rules): RuleChanges {
  const before = new Map(enabledOf(from).map((rule) => [rule.name, rule]));
  const after = new Map(enabledOf(to).map((rule) => [rule.name, rule]));
  const declared = new Set(to.rules.map(({ name }) => name));
  const which = (holds: (now: RuleConfig, old: RuleConfig | undefined) => boolean) =>
    [...after.values()].filter((rule) => holds(rule, before.get(rule.name))).map(({ name }) => name);
  const gone = [...before.keys()].filter((name) => !after.has(name));
  return {
    added: which((_, old) => old === undefined),
    changed: which((now, old) => old !== undefined && !isSameRule(now, old)),
    notification: which(
      (now, old) => old !== undefined && isSameRule(now, old) && !isDeepStrictEqual(now, old),
    ),
    removed: gone.filter((name) => !declared.has(name)),
    disabled: gone.filter((name) => declared.has(name)),
    unchanged: which((now, old) => isDeepStrictEqual(now, old)).length,
  };
}

/** Whether what the rule counted so far is what it would have counted. */
function isSameRule(one: RuleConfig, other: RuleConfig): boolean {
  return fingerprintOf(one) === fingerprintOf(other);
}
