import { createEpisodes } from '../alerts/episodes.ts';
import type { RuleConfig } from '../config/schema/rules.ts';
import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { Judge } from '../rules/judge.ts';
import { type CompiledRule, compileRule, judgeOf } from '../rules/rule.ts';
import type { StrikeJudge } from '../rules/occurrences/judge.ts';
import { createWindows } from '../windows/windows.ts';
import { AbsenceRun } from '../rules/kinds/absence/run.ts';
import { AlertBook } from '../rules/run/alert-book.ts';
import { NormalRun } from '../rules/kinds/normal/run.ts';
import type { Observer } from '../rules/run/observer.ts';
import { RuleRun } from '../rules/run/counting-run.ts';
import type { Run } from '../rules/run/run.ts';
import { StrikeRun } from '../rules/occurrences/run.ts';
import { WindowAlerts } from '../rules/run/window-alerts.ts';

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
