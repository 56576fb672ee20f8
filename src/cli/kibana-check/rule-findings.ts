import type { Answer, KibanaClient } from '../../kibana/client.ts';
import type { Connector, KibanaRule } from '../../kibana/rules.ts';
import { type Finding, fine, problem, warning } from '../doctor/finding.ts';
import { mayNot } from './object-findings.ts';

const toImport = 'is missing: run `logboom kibana import`';

export async function connectorFindings(
  client: KibanaClient,
  connectors: readonly Connector[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { id, name } of connectors) {
    const what = `connector ${name}`;
    const answer = await client.get(`/api/actions/connector/${id}`);
    if (answer.status === 404) found.push(problem(what, toImport));
    else if (answer.status !== 200) found.push(leftOut(mayNot(what, answer, 'Actions and Connectors: Read')));
    else if (answer.body.is_missing_secrets === true)
      found.push(problem(what, 'lacks its secrets: run `logboom kibana import --overwrite`'));
  }
  return found.length > 0 ? found : [fine('connectors', `all ${connectors.length} are there`)];
}

/** What `GET /api/alerting/rule/<id>` says of a rule. */
interface RuleState {
  enabled?: boolean;
  mute_all?: boolean;
  actions?: unknown[];
  execution_status?: {
    status?: string;
    last_execution_date?: string;
    error?: { reason?: string; message?: string };
    warning?: { message?: string };
  };
  last_run?: { outcome?: string; outcome_msg?: string[] | string } | null;
}

export async function ruleFindings(client: KibanaClient, rules: readonly KibanaRule[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { id, body } of rules) {
    const what = `rule ${body.name}`;
    const answer = await client.get(`/api/alerting/rule/${id}`);
    const finding = judgedRule(what, answer);
    if (finding) found.push(finding);
  }
  return found.length > 0 ? found : [fine('rules', `all ${rules.length} are there, run and tell somebody`)];
}

function judgedRule(what: string, answer: Answer): Finding | undefined {
  if (answer.status === 404) return problem(what, toImport);
  if (answer.status !== 200) return leftOut(mayNot(what, answer, 'Stack Rules: Read'));
  const {
    enabled,
    mute_all,
    actions = [],
    execution_status: status = {},
    last_run,
  } = answer.body as RuleState;
  if (status.status === 'error' || last_run?.outcome === 'failed')
    return problem(
      what,
      `failed in its last run${at(status.last_execution_date)}: ${errorOf(status, last_run)}`,
    );
  if (enabled === false) return problem(what, 'is disabled: enable it (Stack Management → Rules)');
  if (actions.length === 0)
    return problem(what, 'has no action and tells nobody: run `logboom kibana import --overwrite`');
  if (mute_all) return warning(what, 'is muted and tells nobody (Stack Management → Rules)');
  if (status.status === 'warning' || last_run?.outcome === 'warning')
    return warning(what, status.warning?.message ?? errorOf(status, last_run));
  return undefined;
}

const at = (date: string | undefined) => (date === undefined ? '' : ` (${date})`);

function errorOf({ error }: NonNullable<RuleState['execution_status']>, last: RuleState['last_run']): string {
  const outcome = [last?.outcome_msg ?? []].flat().join('; ');
  const message = error?.message ?? (outcome === '' ? 'Kibana does not say why' : outcome);
  return /index_not_found|no such index/i.test(message) ? `${message}; run \`logboom setup\`` : message;
}

const leftOut = (finding: Finding): Finding => ({
  ...finding,
  text: `${finding.text}; \`--no-rules\` leaves rules and connectors out`,
});
