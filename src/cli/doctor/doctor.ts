import type { Config } from '../../config/schema/schema.ts';
import { ask, sourceOf } from '../api-client.ts';
import type { Terminal } from '../terminal.ts';
import { type Finding, fine, reportFindings, warning } from './finding.ts';
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

/** `logboom check --online`: prints what was found, what to mend first at the top. 1 where there is a problem. */
export async function checkOnline(
  config: Config,
  { json }: { json?: boolean | undefined },
  terminal: Terminal,
): Promise<number> {
  const said = { json, allWell: 'Everything that was tried works.' };
  return reportFindings(await findings(config), said, terminal);
}
