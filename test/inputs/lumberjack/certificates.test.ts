import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type certificateFiles, makeCertificate } from '../../support/certificates.ts';
import { bareWindow, compressedWindow } from '../../support/lumberjack/frames.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';
import {
  authority,
  mutual,
  outcomeOf,
  startTlsInput,
  stranger,
  trusting,
} from '../../support/lumberjack/tls.ts';

describe('a renewed certificate', () => {
  const renewed = () => makeCertificate(authority, 'renewed');

  async function nameServedAt(port: number): Promise<unknown> {
    const sender = await connectSender(port, trusting);
    const { getPeerCertificate } = sender.socket as unknown as {
      getPeerCertificate(): { subject: { CN: string } };
    };
    const name = getPeerCertificate.call(sender.socket).subject.CN;
    sender.socket.destroy();
    return name;
  }

  it('is used when told to, and open connections stay', async () => {
    const { input, port, files, logged } = await startTlsInput();
    const before = await connectSender(port, trusting);
    files.write(renewed());
    await input.reloadCertificates();
    expect(await nameServedAt(port)).toBe('renewed');
    before.send(bareWindow(2));
    expect(await before.sequences(1)).toEqual([2]);
    await logged(/uses the new certificates/);
  });

  it('is found by itself', async () => {
    const { port, files, logged } = await startTlsInput({ options: { certificateCheck: 20 } });
    expect(await nameServedAt(port)).toBe('logboom');
    files.write(renewed());
    await logged(/uses the new certificates/);
    expect(await nameServedAt(port)).toBe('renewed');
  });

  it.each<[string, (files: ReturnType<typeof certificateFiles>) => void]>([
    ['is no certificate', (files) => writeFileSync(files.ssl_certificate, 'nonsense')],
    ['is absent', (files) => rmSync(files.ssl_certificate)],
    ['does not fit its key', (files) => writeFileSync(files.ssl_certificate, renewed().cert)],
  ])('that %s is told, and the one before stays in use', async (_, spoil) => {
    const { port, files, logged } = await startTlsInput({ options: { certificateCheck: 20 } });
    spoil(files);
    expect((await logged(/new certificates cannot be used; the ones before stay/)).level).toBe(50);
    expect(await nameServedAt(port)).toBe('logboom');
    files.write(renewed());
    await logged(/uses the new certificates/);
    expect(await nameServedAt(port)).toBe('renewed');
  });

  it('costs no window under load', async () => {
    const { input, port, files, deliveries } = await startTlsInput();
    const senders = await Promise.all(Array.from({ length: 4 }, () => connectSender(port, trusting)));
    for (let round = 1; round <= 20; round += 1) {
      for (const sender of senders) sender.send(compressedWindow(100));
      if (round % 5 === 0) {
        files.write(renewed());
        await input.reloadCertificates();
        senders.push(await connectSender(port, trusting));
      }
    }
    const expected = [20, 20, 20, 20, 15, 10, 5, 0];
    for (const [i, sender] of senders.entries())
      expect(await sender.sequences(expected[i]!)).toEqual(Array(expected[i]).fill(100));
    expect(deliveries).toHaveLength(110);
    expect(senders.every((sender) => !sender.isClosed())).toBe(true);
  });

  it('of an authority lets its clients in and the old one’s out', async () => {
    const settings = mutual('required');
    const { input, port } = await startTlsInput(settings);
    const newcomer = makeCertificate(stranger, 'newcomer');
    const client = { ...trusting, cert: newcomer.cert, key: newcomer.key };
    expect(await outcomeOf(port, client)).not.toBe(3);
    writeFileSync(settings.ssl_certificate_authorities![0]!, stranger.cert);
    await input.reloadCertificates();
    expect(await outcomeOf(port, client)).toBe(3);
  });
});
