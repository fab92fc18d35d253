// Certificates for servers of a test, made by the `openssl` command: an authority, and what it has signed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a TLS server of Node takes. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority of this test, in a folder of its own. */
export interface Authority {
  /** The PEM file of its own certificate. */
  readonly file: string;
  readonly folder: string;
  /** Signs a certificate for these names, such as `DNS:as.test` and `IP:127.0.0.1`. @param days how long it is good. */
  sign(names: readonly string[], days?: number): ServerCertificate;
  remove(): void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** @throws when `openssl` cannot do it: see `whyNoCertificates`. */
export function newAuthority(name = 'Authority of a test'): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'authchart-certificates-'));
  const openssl = (...args: readonly string[]) => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`);
  return {
    file: join(folder, 'ca.pem'),
    folder,
    sign(names, days = 2) {
      const subject = ['-subj', '/CN=server', '-addext', `subjectAltName=${names.join()}`];
      openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', ...subject);
      const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
      openssl('x509', '-req', '-in', 'server.csr', ...ca, '-days', String(days), '-out', 'server.pem');
      const [key, cert] = ['server.key', 'server.pem'].map((file) =>
        readFileSync(join(folder, file), 'utf8'),
      );
      return { key: String(key), cert: String(cert) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Why no certificates can be made on this machine; undefined when they can. */
export function whyNoCertificates(): string | undefined {
  try {
    const authority = newAuthority();
    // One that has run out, too: not every version makes it.
    authority.sign(['DNS:a.test'], -1);
    authority.remove();
    return undefined;
  } catch (thrown) {
    return `The command openssl makes no certificates here: ${String(thrown)}`;
  }
}
