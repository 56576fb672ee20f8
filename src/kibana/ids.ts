import { createHash } from 'node:crypto';

/**
 * A UUID that follows from a space and a name. Kibana takes no other ids for connectors, and two spaces may not have a rule or
 * a connector of the same id.
 */
export function idIn(space: string | undefined, name: string): string {
  const bytes = createHash('sha1')
    .update(`logboom\n${space ?? 'default'}\n${name}`)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
