// The certificate library finds its parts by decorators, which need this first.
import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { DAY_MS, HOUR_MS } from '../../shared/kernel/instant.ts';

// The library's types name the browser's Web Crypto, Node's name its own; both mean the same objects.
type Keys = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'];

/** A certificate and its private key, both as PEM. */
export type Identity = { readonly certificatePem: string; readonly keyPem: string };

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const AUTHORITY_DAYS = 3_650;
/** The longest that browsers accept of a server. */
const SERVER_DAYS = 397;
/** A new one is made this long before the old one ends. */
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** The machines of a shop do not agree on the time to the minute. */
const BACKDATED_MS = 24 * HOUR_MS;
const NAME_CONSTRAINTS = '2.5.29.30';
/** Names that no public site has: whoever trusts the shop's authority trusts it for these alone. */
const PRIVATE_DOMAINS = ['local', 'lan', 'internal', 'home.arpa', 'localhost'];

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[1]);

/** The shop's own certificate authority. It signs nothing but its hub's server certificates. */
export async function createAuthority(shop: string, nowMs: number): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName(shop)] }],
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      onlyPrivateNames(),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await privatePem(keys) };
}

/** @param names addresses and host names under which lanes find the hub */
export async function issueServer(
  authority: Identity,
  names: readonly string[],
  nowMs: number,
): Promise<Identity> {
  const issuer = new X509Certificate(authority.certificatePem);
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: ['Counterfoil hub'] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importPrivate(authority.keyPem),
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + SERVER_DAYS * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await privatePem(keys) };
}

/** Whether a server certificate still serves: in time, for these names, and of this authority. */
export function stillServes(
  server: Identity,
  authority: Identity,
  names: readonly string[],
  nowMs: number,
): boolean {
  const certificate = new NodeCertificate(server.certificatePem);
  const issuer = new NodeCertificate(authority.certificatePem);
  const covers = (name: string) =>
    (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
  return (
    certificate.verify(issuer.publicKey) &&
    certificate.validFromDate.getTime() <= nowMs &&
    certificate.validToDate.getTime() - RENEW_BEFORE_MS > nowMs &&
    names.every(covers)
  );
}

/** SHA-256 of the certificate, as hex digits. */
export function fingerprint(certificatePem: string): string {
  return new NodeCertificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Without the characters that would end a name in its text form; X.520 allows 64. */
function commonName(shop: string): string {
  return `Counterfoil ${shop.replace(/[^\p{L}\p{N} .-]/gu, '')}`.slice(0, 64).trim();
}

function onlyPrivateNames(): Extension {
  const permitted = PRIVATE_DOMAINS.map(
    (dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) }),
  );
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
  return new Extension(NAME_CONSTRAINTS, true, AsnConvert.serialize(constraints));
}

function newKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as unknown as Promise<Keys>;
}

async function privatePem(keys: Keys): Promise<string> {
  const der = Buffer.from(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as unknown as webcrypto.CryptoKey),
  );
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function importPrivate(pem: string): Promise<Keys['privateKey']> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']) as unknown as Promise<
    Keys['privateKey']
  >;
}
