/** The addresses that a list of addresses and groups of people stands for, each once. */
export function addressesOf(
  recipients: readonly string[],
  people: Readonly<Record<string, readonly string[]>>,
): string[] {
  const all = recipients.flatMap((one) => (Object.hasOwn(people, one) ? people[one]! : [one]));
  const seen = new Map(all.map((address) => [identityOf(address), address]));
  return [...seen.values()];
}

/** `Ann Lee <ann@example.com>` → `ann@example.com`. */
export function bareAddress(address: string): string {
  return /<([^>]+)>/.exec(address)?.[1] ?? address.trim();
}

export const domainOf = (address: string): string => bareAddress(address).split('@').at(-1)!;

/** By which addresses are compared. */
export const identityOf = (address: string): string => bareAddress(address).toLowerCase();
