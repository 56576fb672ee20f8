import type { Config } from '../../config/schema/schema.ts';
import { printable } from '../../util/text.ts';
import { ask, sourceOf } from '../api-client.ts';
import { columns, type Terminal } from '../terminal.ts';
import { type Finding, fine, warning } from './finding.ts';
import { certificateFileFindings, diskFindings, portFindings, zoneFindings } from './machine.ts';
import {
  elasticsearchFindings,
  forwardFindings,
  inputFindings,
  kibanaFindings,
  notifierFindings,
} from './outputs.ts';

/** Tries everything that a configuration names, at the same time. Nothing is changed, and no message is sent. */
export async function findings(config: Config, now = Date.now()): Promise<Finding[]> {
  const server = await runningFindings(config);
  const found = await Promise.all([
    elasticsearchFindings(config),
    kibanaFindings(config),
    notifierFindings(config),
    inputFindings(config),
    forwardFindings(config),
    portFindings(config, server.length > 0),
    certificateFileFindings(config, now),
    diskFindings(config),
    zoneFindings(now),
  ]);
  return [...server, ...found.flat()];
}

/** The server of this configuration, where it runs. */
async function runningFindings(config: Config): Promise<Finding[]> {
  try {
    const { state, reasons } = await ask<{ state: string; reasons: string[] }>(sourceOf(config), '/health');
    if (reasons.length > 0) return [warning('server', `it runs, and is ${state}: ${reasons.join('; ')}`)];
    return [fine('server', `it runs, and is ${state}`)];
  } catch {
    return [];
  }
}

const states = ['problem', 'warning', 'fine'] as const;

/** `logboom check --online`: prints what was found, what to mend first at the top. 1 where there is a problem. */
export async function checkOnline(
  config: Config,
  { json }: { json?: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  const found = (await findings(config)).toSorted(
    (one, other) => states.indexOf(one.state) - states.indexOf(other.state),
  );
  if (json) terminal.out(JSON.stringify(found, null, 2));
  else terminal.out(columns(found.map(({ state, what, text }) => [state, what, text].map(printable))));
  const problems = found.filter(({ state }) => state === 'problem').length;
  if (!json)
    terminal.out(problems === 0 ? '\nEverything that was tried works.' : `\nMend the first line first.`);
  return problems === 0 ? 0 : 1;
}
