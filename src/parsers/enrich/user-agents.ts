import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../events/index.ts';
import { packageFile } from '../../util/files.ts';

/** Expressions of uap-core, in the package's folder `patterns`. */
const file = packageFile('patterns/uap-core/regexes.json');

type Definition = Readonly<Record<string, string>>;

interface Rule {
  expression: RegExp;
  /** What each part is: a text with `$1`…, or undefined for the group of its place. */
  parts: readonly (string | undefined)[];
}

interface Rules {
  agents: readonly Rule[];
  systems: readonly Rule[];
  devices: readonly Rule[];
}

const rulesOf = (definitions: readonly Definition[], names: readonly string[]): Rule[] =>
  definitions.map((one) => ({
    expression: new RegExp(one.regex!, one.regex_flag),
    parts: names.map((name) => one[name]),
  }));

let read: Rules | undefined;

/** V8 compiles an expression when it is first used, so reading them takes milliseconds. */
function rules(): Rules {
  if (read === undefined) {
    const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Definition[]>;
    read = {
      agents: rulesOf(all.user_agent_parsers!, [
        'family_replacement',
        'v1_replacement',
        'v2_replacement',
        '',
        '',
      ]),
      systems: rulesOf(all.os_parsers!, [
        ...['os_replacement', 'os_v1_replacement', 'os_v2_replacement', 'os_v3_replacement', ''],
      ]),
      devices: rulesOf(all.device_parsers!, ['device_replacement']),
    };
  }
  return read;
}

/** Longer ones are not those of programs, and would take time. */
const longest = 1_024;
/** Strings whose fields are remembered. A log has some hundreds. */
const most = 10_000;
const known = new Map<string, JsonObject>();

/**
 * The members of `user_agent` that a user agent's string stands for, by the names that Elasticsearch's processor gives: `name`, `version`, `os`,
 * `device`. A string that is in no rule is `Other`.
 */
export function userAgent(text: string): JsonObject {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = text.length > longest ? {} : describe(text);
  if (known.size >= most) known.clear();
  known.set(text, made);
  return made;
}

function describe(text: string): JsonObject {
  const { agents, systems, devices } = rules();
  const [name = 'Other', ...version] = match(agents, text);
  const [system, ...release] = match(systems, text);
  const [device = 'Other'] = match(devices, text);
  const osVersion = joined(release);
  return {
    name,
    ...(version[0] !== undefined && { version: joined(version) }),
    ...(system !== undefined && {
      os: {
        name: system,
        ...(osVersion !== '' && { version: osVersion }),
        full: osVersion === '' ? system : `${system} ${osVersion}`,
      },
    }),
    device: { name: device },
  };
}

/** Up to the first part that is missing. */
function joined(parts: readonly (string | undefined)[]): string {
  const end = parts.indexOf(undefined);
  return parts.slice(0, end === -1 ? parts.length : end).join('.');
}

/** The parts of the first rule that matches; none where no rule does. */
function match(all: readonly Rule[], text: string): (string | undefined)[] {
  for (const { expression, parts } of all) {
    const groups = expression.exec(text);
    if (groups === null) continue;
    return parts.map((part, place) => {
      const value =
        part === undefined
          ? groups[place + 1]
          : part.replace(/\$(\d)/g, (_, group: string) => groups[Number(group)] ?? '');
      return value === undefined || value.trim() === '' ? undefined : value.trim();
    });
  }
  return [];
}
