import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Masking } from '../../../src/replay/capsule/masking.ts';

const secrets = new Masking({ addresses: false });
const both = () => new Masking({ addresses: true });

describe('secrets', () => {
  it.each([
    ['user=ann password=hunter2 ok', 'user=ann password=*** ok'],
    ['{"token": "abc.def", "n": 1}', '{"token": "***", "n": 1}'],
    ['GET /?api_key=abc&page=2', 'GET /?api_key=***&page=2'],
    ['Authorization: Bearer eyJhbGciOi.J9', 'Authorization: Bearer ***'],
    ['pull https://ann:s3cret@host/x', 'pull https://ann:***@host/x'],
    ['nothing to hide at 10:00:00', 'nothing to hide at 10:00:00'],
  ])('in %j are masked: %j', (text, masked) => {
    expect(secrets.text(text)).toBe(masked);
  });

  it('are masked by the names of fields, also within objects and lists', () => {
    const event = {
      user: { password: 'a', name: 'ann' },
      'api-key': 7,
      cookies: 'x',
      headers: [{ authorization: 'b' }],
    };
    expect(JSON.parse(secrets.event(JSON.stringify(event)))).toEqual({
      ...{ user: { password: '***', name: 'ann' }, 'api-key': '***', cookies: '***' },
      headers: [{ authorization: '***' }],
    });
  });

  it('in what is no JSON object are left out with it', () => {
    expect(secrets.event('password=hunter2')).toBe('{');
  });
});

describe('addresses', () => {
  it('become others, each always the same one', () => {
    const masking = both();
    expect(masking.text('192.0.2.1 to 198.51.100.7, 192.0.2.1')).toBe('10.0.0.1 to 10.0.0.2, 10.0.0.1');
    expect(masking.text('ann@example.org at 2001:db8::1')).toBe('user-3@example.com at fd00::4');
    expect(masking.text('2001:DB8::1')).toBe('fd00::4');
  });

  it.each(['version 1.2.3', 'at 10:15:00 on 2026-01-01', '1.2.3.4.5', 'took 12.5 ms', '300.1.1.1'])(
    'are not seen in %j',
    (text) => expect(both().text(text)).toBe(text),
  );

  it('of any kind are replaced', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.emailAddress().filter((one) => /^[\w.+-]+@[\w.-]+$/.test(one)),
        ),
        (address) => {
          expect(both().text(`from ${address} now`)).not.toContain(address);
        },
      ),
    );
  });

  it('stay without the request', () => {
    expect(secrets.text('192.0.2.1')).toBe('192.0.2.1');
  });
});
