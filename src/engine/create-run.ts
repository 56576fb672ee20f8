import { createEpisodes } from '../alerts/episodes.ts';
import type { RuleConfig } from '../config/rules.ts';
import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { Judge } from '../rules/judgement.ts';
import { type CompiledRule, compileRule, judgeOf } from '../rules/rule.ts';
import type { StrikeJudge } from '../rules/strikes.ts';
import { createWindows } from '../windows/windows.ts';
import { AbsenceRun } from './absence-run.ts';
import { AlertBook } from './alert-book.ts';
import { NormalRun } from './normal-run.ts';
import type { Observer } from './observer.ts';
import { RuleRun } from './rule-run.ts';
import type { Run } from './run.ts';
import { StrikeRun } from './strike-run.ts';
import { WindowAlerts } from './window-alerts.ts';

/** Sets a rule to work, whatever its kind. Throws `RULE_INVALID`. */
export function createRun(config: RuleConfig, kibana?: DiscoverConfig, observer?: Observer): Run {
  const rule = compileRule(config);
  const judge = judgeOf(config, rule);
  const book = new AlertBook({ rule, judge, observer, episodes: createEpisodes(rule, kibana) });
  if (config.kind === 'absence') return new AbsenceRun({ config, rule, book, observer });
  // Whoever watches sees calm windows, too.
  const heed = observer?.looked === undefined ? judge.holds : undefined;
  const alerts = new WindowAlerts({ rule, windows: windowsOf(rule, heed), book, observer });
  if (config.kind === 'change' || config.kind === 'new-term')
    return new StrikeRun({ config, rule, book, alerts, observer, judge: judge as StrikeJudge });
  if (config.kind === 'normal') return new NormalRun({ config, rule, book, alerts, observer });
  return new RuleRun({ config, rule, book, alerts });
}

function windowsOf(rule: CompiledRule, heed: Judge['holds']) {
  const { over, every, measure } = rule;
  const { maxGroups, record } = rule.config;
  const rising = rule.condition?.truer === 'as it grows';
  return createWindows({
    over,
    every,
    measure,
    maxGroups,
    heed,
    rising,
    ...(record && { recordEvery: over }),
  });
}
