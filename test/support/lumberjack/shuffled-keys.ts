/** The same value with the keys of its objects in another order, at every level. `dice` gives 0 up to 1. */
export function shuffledKeys(value: unknown, dice: () => number): unknown {
  if (Array.isArray(value)) return value.map((element) => shuffledKeys(element, dice));
  if (typeof value !== 'object' || value === null) return value;
  const keyed = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const drawn = keyed.map(([key, inner]) => [dice(), key, inner] as const).sort(([a], [b]) => a - b);
  const shuffled: Record<string, unknown> = {};
  for (const [, key, inner] of drawn)
    Object.defineProperty(shuffled, key, {
      value: shuffledKeys(inner, dice),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return shuffled;
}
