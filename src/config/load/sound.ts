import type { z } from 'zod';
import { isMapping, valueAt } from '../schema/shape.ts';
import { type Path, type Problem, parsePath } from './problems.ts';

/** Each attempt removes the sections around the remaining problems. */
const mostAttempts = 6;
/** Settings of a rule that the checks of other settings read. */
const sharedSettings = ['name', 'where', 'by', 'severity', 'labels', 'notify'];

/**
 * The part of the configuration that the schema takes, so that the checks over several settings can run on it. Settings with problems
 * are removed; where one was required, its section goes too. Undefined where nothing is left.
 */
export function soundPart<Settings>(
  schema: z.ZodType<Settings>,
  tree: unknown,
  problems: Problem[],
): Settings | undefined {
  let rest = withoutBroken(tree, problems);
  for (let tries = 0; tries < mostAttempts; tries += 1) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return parsed.data;
    const copy = structuredClone(rest);
    for (const { path } of parsed.error.issues) removeAround(copy, path as Path, tries);
    rest = copy;
  }
  return undefined;
}

/** Removes the settings that have problems. */
function withoutBroken(tree: unknown, problems: Problem[]): unknown {
  const copy = structuredClone(tree);
  for (const { path } of problems) {
    const keys = parsePath(path);
    const section = valueAt(copy, keys.slice(0, -1));
    // An entry that is not a rule is replaced, so that the following rules keep their places.
    if (Array.isArray(section) && keys[0] === 'rules') section[Number(keys[1])] = unnamed(keys);
    if (!isMapping(section)) continue;
    delete section[String(keys.at(-1))];
    // A rule needs a name, so that its other problems are found as well.
    if (keys[0] === 'rules' && keys.length === 3 && keys[2] === 'name') section.name = unnamed(keys).name;
  }
  return copy;
}

const unnamed = (keys: Path) => ({ name: `unnamed-${keys[1]}`, enabled: false });

/** Removes the section that contains a setting. Rules keep their places and notifiers their names, because other settings refer to them. */
function removeAround(tree: unknown, path: Path, tries: number): void {
  const [section, name] = path;
  const within = valueAt(tree, [section!]);
  if (section === 'rules' && Array.isArray(within) && typeof name === 'number') {
    within[name] = tries === 0 ? { ...sharedOf(within[name]), enabled: false } : unnamed(path);
    return;
  }
  if (section === 'notifiers' && isMapping(within) && typeof name === 'string') {
    within[name] = { kind: 'log' };
    return;
  }
  for (let length = Math.max(1, path.length - 1); length > 0; length -= 1) {
    const around = valueAt(tree, path.slice(0, length - 1));
    // An entry of a list stays, so that those after it keep their places: the list goes.
    if (!isMapping(around)) continue;
    delete around[String(path[length - 1])];
    return;
  }
}

const sharedOf = (rule: unknown) =>
  Object.fromEntries(
    sharedSettings.flatMap((name) => (isMapping(rule) && name in rule ? [[name, rule[name]]] : [])),
  );
