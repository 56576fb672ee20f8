import { describe, expect, it } from 'vitest';
import {
  apiKeySecret,
  basicSecret,
  bearerSecret,
  type Credential,
  presented,
  recognizer,
} from '../../src/listeners/credentials.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('what an Authorization header presents', () => {
  it.each([
    ['Bearer abc', bearerSecret('abc')],
    ['BEARER  abc ', bearerSecret('abc')],
    [`Basic ${base64('user:pass:word')}`, basicSecret('user', 'pass:word')],
    [`ApiKey ${base64('id:key')}`, apiKeySecret('id:key')],
    [`ApiKey ${base64('id:key')}`, apiKeySecret(base64('id:key'))],
    ['ApiKey id:key', apiKeySecret('id:key')],
    [undefined, undefined],
    ['', undefined],
    ['Digest abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
  ])('%s: %s', (header, secret) => expect(presented(header)).toBe(secret));
});

describe('the recognizer', () => {
  const known: Credential[] = [
    { name: 'eye', role: 'read', secret: bearerSecret('one') },
    { name: 'hand', role: 'operate', secret: basicSecret('hand', 'two') },
  ];

  it.each([
    ['Bearer one', 'eye'],
    [`Basic ${base64('hand:two')}`, 'hand'],
    ['Bearer two', undefined],
    ['Bearer onE', undefined],
    [`Basic ${base64('bearer one')}`, undefined],
    [undefined, undefined],
  ])('knows who presents %s', (header, name) => expect(recognizer(known)(header)?.name).toBe(name));

  it('knows nobody where there are no credentials', () => {
    expect(recognizer([])(undefined)).toBeUndefined();
    expect(recognizer([])('Bearer ')).toBeUndefined();
  });

  it('takes no credential that is empty for a header that is missing', () => {
    expect(recognizer([{ name: 'x', role: 'read', secret: bearerSecret('x') }])('')).toBeUndefined();
  });
});
