import { type Path, type Problem, problem } from '../../config/load/problems.ts';
import type { RouteConfig } from '../../config/schema/routing.ts';
import type { Config } from '../../config/schema/schema.ts';
import { messageOf } from '../../errors.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import { type Matcher, parseMatcher } from './matcher.ts';

type Rules = Config['rules'];
type Rule = Rules[number];

/** Matchers that cannot be read, and those that no alert of these rules can match. */
export function matcherProblems(texts: readonly string[], path: Path, rules: Rules): Problem[] {
  const matchers: Matcher[] = [];
  const unreadable = texts.flatMap((text, place) => {
    try {
      matchers.push(parseMatcher(text));
      return [];
    } catch (error) {
      const remedy = 'Write a matcher such as `severity="high"` or `team=~"a|b"`.';
      return [{ ...problem([...path, place], messageOf(error), remedy), alone: true }];
    }
  });
  if (unreadable.length > 0 || rules.length === 0 || matchers.some(isAboutOwnAlerts)) return unreadable;
  const alone = matchers.findIndex((matcher) => !rules.some((rule) => canMatch(matcher, rule)));
  if (alone !== -1)
    return [{ ...impossible(texts[alone]!, matchers[alone]!, [...path, alone], rules), alone: true }];
  if (rules.some((rule) => matchers.every((matcher) => canMatch(matcher, rule)))) return [];
  return [
    problem(
      path,
      'No alert can match all of these matchers.',
      'Remove one, or use `=~` with several values.',
    ),
  ];
}

/** What is allowed and may be slow: expressions that only JavaScript knows, by their places. */
export function matcherCautions({
  routes,
  inhibit_rules,
  maintenance,
}: Pick<Config, 'routes' | 'inhibit_rules' | 'maintenance'>): string[] {
  return [
    ...routes.flatMap((route, place) => routeCautions(route, `routes[${place}]`)),
    ...inhibit_rules.flatMap(({ source_matchers, target_matchers }, place) => [
      ...guardedIn(source_matchers, `inhibit_rules[${place}].source_matchers`),
      ...guardedIn(target_matchers, `inhibit_rules[${place}].target_matchers`),
    ]),
    ...maintenance.flatMap(({ matchers }, place) => guardedIn(matchers, `maintenance[${place}].matchers`)),
  ];
}

function routeCautions({ matchers, routes = [] }: RouteConfig, at: string): string[] {
  const inner = routes.flatMap((route, place) => routeCautions(route, `${at}.routes[${place}]`));
  return [...guardedIn(matchers, `${at}.matchers`), ...inner];
}

const guardedIn = (texts: readonly string[], at: string): string[] =>
  texts
    .filter((text) => parseMatcher(text).isGuarded)
    .map(
      (text) =>
        `\`${at}\`: the expression of \`${text}\` looks ahead or behind, or refers back, which RE2 does not know. It is matched ` +
        'within a time limit; a value that takes longer does not match. Write it without, where that is possible.',
    );

/** The alerts of logboom about itself have rules of their own. */
const isAboutOwnAlerts = ({ name, value }: Matcher) =>
  ['rule', 'alertname'].includes(name) && value.startsWith('logboom');

/** Whether an alert of the rule may match. Values of events are not known. */
function canMatch(matcher: Matcher, rule: Rule): boolean {
  const value = knownValue(matcher.name, rule);
  return value === undefined || matcher.matches({ [matcher.name]: value });
}

/** The value that the label has in each alert of the rule; undefined where it comes from events. */
function knownValue(name: string, rule: Rule): string | undefined {
  if (name === 'rule' || name === 'alertname') return rule.name;
  if (name === 'severity') return rule.severity;
  if (rule.by.includes(name) || (name === 'group' && rule.by.length > 0)) return undefined;
  return Object.hasOwn(rule.labels, name) ? rule.labels[name] : '';
}

function impossible(text: string, { name }: Matcher, path: Path, rules: Rules): Problem {
  const names = [
    ...new Set([
      'rule',
      'group',
      'severity',
      ...rules.flatMap(({ by, labels }) => [...by, ...Object.keys(labels)]),
    ]),
  ];
  const message = `No alert can match \`${text}\``;
  if (!names.includes(name) && name !== 'alertname') {
    const remedy = `Use one of ${names.map((one) => `\`${one}\``).join(', ')}, or add the label to a rule.`;
    return problem(path, `${message}: no rule has \`${name}\`${didYouMean(name, names) || '.'}`, remedy);
  }
  const values = [...new Set(rules.flatMap((rule) => knownValue(name, rule) ?? []))].filter(
    (value) => value !== '',
  );
  return problem(
    path,
    `${message}.`,
    `The rules have ${values.map((value) => `\`${value}\``).join(', ') || 'no value'}.`,
  );
}
