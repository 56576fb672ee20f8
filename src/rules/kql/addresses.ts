import { BlockList, isIP } from 'node:net';

/**
 * Matches addresses within a network such as `10.0.0.0/8`, or the address of the new kind that the text is, for these
 * are written in more than one way. Undefined for a text that names neither.
 */
export function network(text: string): ((address: string) => boolean) | undefined {
  const [base, given, ...more] = text.split('/');
  const family = isIP(base!);
  const length = given ?? (family === 6 ? '128' : undefined);
  if (family === 0 || length === undefined || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  if (Number(length) > (family === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(base!, Number(length), family === 4 ? 'ipv4' : 'ipv6');
  return (address) => {
    const kind = isIP(address);
    return kind !== 0 && list.check(address, kind === 4 ? 'ipv4' : 'ipv6');
  };
}

export function isAddressField(field: string): boolean {
  return field === 'ip' || field.endsWith('.ip');
}
