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

/** An address such that texts in the order of the alphabet are addresses in their own; undefined for what is none. */
export function addressOrder(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return `${'0'.repeat(20)}ffff${octetsOf(text)}`;
  const [head = '', tail] = text.replace(/%.*/, '').split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  return before + '0'.repeat(32 - before.length - after.length) + after;
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
const octetsOf = (text: string) =>
  text
    .split('.')
    .map((octet) => hex(Number(octet), 2))
    .join('');
/** The last group may be an address of the old kind. */
const groupsOf = (text: string) =>
  text === ''
    ? ''
    : text
        .split(':')
        .map((group) => (group.includes('.') ? octetsOf(group) : hex(Number.parseInt(group, 16), 4)))
        .join('');

export function isAddressField(field: string): boolean {
  return field === 'ip' || field.endsWith('.ip');
}
