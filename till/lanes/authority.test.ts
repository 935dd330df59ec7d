import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { createAuthority, fingerprint, type Identity, issueServer, stillServes } from './authority.ts';

const NOW = Date.now();

/** @returns undefined when the connection was trusted, else why it was not */
async function whyNotTrusted(
  server: Identity,
  trusted: string,
  servername: string,
): Promise<string | undefined> {
  const listener = createServer({ key: server.keyPem, cert: server.certificatePem });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    return await new Promise((resolve) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca: trusted, servername }, () => {
        socket.end();
        resolve(undefined);
      });
      socket.on('error', (error) => resolve(error.message));
    });
  } finally {
    listener.close();
  }
}

describe("the shop's certificate authority", () => {
  it('issues certificates that TLS accepts under it, and under no other', async () => {
    const ours = await createAuthority('Corner Shop', NOW);
    const theirs = await createAuthority('Corner Shop', NOW);
    const server = await issueServer(ours, ['127.0.0.1', 'kasse-1.local'], NOW);
    expect(await whyNotTrusted(server, ours.certificatePem, 'kasse-1.local')).toBeUndefined();
    expect(await whyNotTrusted(server, theirs.certificatePem, 'kasse-1.local')).toBeDefined();
    expect(await whyNotTrusted(server, ours.certificatePem, 'kasse-2.local')).toContain('kasse-2.local');
  });

  it('is worth nothing for a public name, even to whoever trusts it', async () => {
    const ours = await createAuthority('Corner Shop', NOW);
    const server = await issueServer(ours, ['bank.example.com'], NOW);
    expect(await whyNotTrusted(server, ours.certificatePem, 'bank.example.com')).toMatch(/permitted subtree/);
  });

  it('survives a shop with any name', async () => {
    const name = 'Café "O\'Neill", Straße 5 + 東京 = ✓ '.repeat(4);
    const ours = await createAuthority(name, NOW);
    expect(new X509Certificate(ours.certificatePem).subject).toContain('Counterfoil Café');
    expect(fingerprint(ours.certificatePem)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('renews what ends soon, what names another address and what another authority signed', async () => {
    const ours = await createAuthority('Corner Shop', NOW);
    const theirs = await createAuthority('Corner Shop', NOW);
    const server = await issueServer(ours, ['192.168.1.5'], NOW);
    expect(stillServes(server, ours, ['192.168.1.5'], NOW)).toBe(true);
    expect(stillServes(server, ours, ['192.168.1.6'], NOW)).toBe(false);
    expect(stillServes(server, theirs, ['192.168.1.5'], NOW)).toBe(false);
    expect(stillServes(server, ours, ['192.168.1.5'], NOW + 380 * DAY_MS)).toBe(false);
    expect(stillServes(server, ours, ['192.168.1.5'], NOW - 30 * DAY_MS)).toBe(false);
  });
});
