import { setTimeout as after } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { certificateFiles, makeAuthority, makeCertificate } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';
import { Server } from '../../support/server.ts';
import { documentsOf, expectEachOnce, numbered } from '../network/support.ts';

const at = '2026-11-29T10:00:00.000Z';

/** Sends as shippers do: until it gets an answer it sends the same again. Returns how often it had to. */
async function ship(url: string, path: string, body: string): Promise<number> {
  for (let again = 0; ; again += 1) {
    const status = await fetch(`${url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200) return again;
    await after(20);
  }
}

const bulkOf = (messages: string[]) =>
  messages
    .map((message, i) => {
      const log = { offset: i, file: { path: '/var/log/app.log' } };
      return `{"create":{"_index":"logs-app-default"}}\n${JSON.stringify({ '@timestamp': at, message, log, agent: { id: 'a' } })}\n`;
    })
    .join('');

describe('a server that takes events over HTTP', () => {
  it('holds each event once, however often it is killed while a sender sends', async () => {
    const port = await freePort();
    const server = await Server.withConfig({ inputs: [{ kind: 'http', name: 'web', port }], rules: [] });
    await server.start();
    const messages = numbered(0, 5_000);
    let sent = 0;
    let again = 0;
    const sending = (async () => {
      for (let from = 0; from < messages.length; from += 100) {
        again += await ship(`http://127.0.0.1:${port}`, '/_bulk', bulkOf(messages.slice(from, from + 100)));
        sent = from + 100;
      }
    })();
    for (const killed of [1_000, 3_000]) {
      await eventually(() => expect(sent).toBeGreaterThanOrEqual(killed), { interval: 1 });
      await server.kill();
      await server.start();
    }
    await sending;
    expect(again).toBeGreaterThan(0);
    expectEachOnce(await documentsOf(server, 'logs-app-default', messages.length), messages);
    expect((await server.status()).inputs.web).toMatchObject({ kind: 'http', listens: `127.0.0.1:${port}` });
    expect(await server.stop()).toBe(0);
  });

  it('speaks TLS, and asks for certificates, as its other listeners do', async () => {
    const port = await freePort();
    const server = await Server.withConfig({ rules: [] });
    const authority = makeAuthority('authority');
    const { ssl_certificate, ssl_key, authority: path } = certificateFiles(authority);
    const { cert, key } = makeCertificate(authority, 'web-1');
    server.write({
      ...server.read(),
      inputs: [
        {
          ...{ kind: 'http', name: 'web', port, host: '0.0.0.0' },
          ...{ ssl_enabled: true, ssl_certificate, ssl_key },
          ...{ ssl_client_authentication: 'required', ssl_certificate_authorities: [path] },
        },
      ],
    });
    await server.start();
    const post = async (connect: object) => {
      const dispatcher = new Agent({ connect: { ca: authority.cert, ...connect } });
      onTestFinished(() => dispatcher.destroy());
      const url = `https://127.0.0.1:${port}/events`;
      const { statusCode, body } = await request(url, { method: 'POST', body: 'secret line', dispatcher });
      return { statusCode, text: await body.text() };
    };
    expect(await post({})).toMatchObject({
      statusCode: 403,
      text: expect.stringContaining('no certificate'),
    });
    expect((await post({ cert, key })).statusCode).toBe(200);
    expectEachOnce(await documentsOf(server, 'logs-generic-default', 1), ['secret line']);
  });
});
