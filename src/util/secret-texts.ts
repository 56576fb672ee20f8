/** Names of settings that hold secrets, in settings of which logboom knows nothing. */
const secretName = /pass|secret|token|key|credential|auth|cookie/i;
/** A shorter text under another name is a room or a user, and occurs in other places too. */
const shortestSecret = 8;

/** The texts that may be secrets, within settings of which logboom knows nothing. `isNamed`: the settings are below a name of secrets. */
export function secretTexts(value: unknown, isNamed = false): string[] {
  if (typeof value === 'string')
    return value !== '' && (isNamed || value.length >= shortestSecret) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => secretTexts(one, isNamed));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => secretTexts(one, isNamed || secretName.test(name)));
}
