import type { KibanaClient } from '../../kibana/client.ts';
import { type Finding, fine, problem, warning } from '../doctor/finding.ts';

type Capabilities = Record<string, Record<string, unknown>>;

/** What a login needs for `kibana import`: a capability by the names that Kibana has had for it, and the privilege that gives it. */
const needed: readonly (readonly [features: string[], capability: string, privilege: string])[] = [
  [['dashboard', 'dashboard_v2'], 'createNew', 'Dashboard: All'],
  [['discover', 'discover_v2'], 'save', 'Discover: All'],
  [['indexPatterns'], 'save', 'Data View Management: All'],
  [['savedObjectsManagement'], 'edit', 'Saved Objects Management: All'],
  [['savedObjectsTagging'], 'create', 'Tag Management: All'],
  [['actions'], 'save', 'Actions and Connectors: All'],
];
/** Features that rules and connectors need and nothing else does. */
const ofRules = new Set(['actions']);

/** Capabilities that Kibana denies the login by name. One that this version does not have is not judged. */
export async function privilegeFindings(client: KibanaClient, withRules: boolean): Promise<Finding[]> {
  const what = 'privileges';
  const { status, body } = await client.send('POST', '/api/core/capabilities', { applications: [] });
  if (status !== 200)
    return [warning(what, 'Kibana does not tell what the login may do; what it refuses is named below')];
  const lacking = needed
    .filter(([features]) => withRules || !features.some((feature) => ofRules.has(feature)))
    .filter(([features, capability]) => isDenied(body as Capabilities, features, capability))
    .map(([, , privilege]) => privilege);
  if (lacking.length > 0)
    return [
      problem(
        what,
        `the login lacks ${lacking.join(', ')}: give them to its role, or import with another login`,
      ),
    ];
  return [fine(what, 'the login may import everything')];
}

function isDenied(all: Capabilities, features: readonly string[], capability: string): boolean {
  const known = features.map((feature) => all[feature]?.[capability]).filter((value) => value !== undefined);
  return known.length > 0 && known.every((value) => value === false);
}
