import { type Path, type Problem, problem } from '../config/load/problems.ts';
import { kindOf, type NotifierConfig } from './kinds/index.ts';
import type { References, Report } from './notifier.ts';

interface Checked {
  notifiers: Record<string, NotifierConfig>;
  people: Record<string, string[]>;
  rules: readonly { by: readonly string[]; labels: Readonly<Record<string, string>> }[];
}

/** Everything in the notifiers that no single setting shows. */
export function notifierProblems({ notifiers, people, rules }: Checked): Problem[] {
  const labels = rules.flatMap((rule) => Object.keys(rule.labels).map((label) => `labels.${label}`));
  const fields = [...new Set([...rules.flatMap(({ by }) => by), ...labels])];
  return Object.entries(notifiers).flatMap(([name, config]) => problemsOf(name, config, { people, fields }));
}

function problemsOf(name: string, config: NotifierConfig, references: References): Problem[] {
  const found: Problem[] = [];
  const report: Report = (setting, message, remedy) => {
    const within: Path = typeof setting === 'string' ? [setting] : setting;
    found.push(problem(['notifiers', name, ...within], message, remedy));
  };
  kindOf(config).check?.(config, report, references);
  return found;
}
