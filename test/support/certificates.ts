import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate and the key of its owner, in PEM and in files. */
export interface Certified {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** An authority of a test's own: for servers on this machine, and for clients. */
export interface TestCertificates {
  readonly ca: string
  readonly caFile: string
  /** Sign a certificate with these alternative names, `URI:spiffe://acme/x` for instance; for so many days, fewer than none. */
  sign(name: string, alternativeNames: string, days?: number): Certified
  remove(): void
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export function testCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-certificates-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=a test')
  return {
    ca: readFileSync(at('ca.crt'), 'utf8'),
    caFile: at('ca.crt'),
    sign(name, alternativeNames, days = 2) {
      const [key, request, certificate, extensions] = ['key', 'csr', 'crt', 'ext'].map(
        (end) => `${name}.${end}`,
      )
      openssl('req', ...KEY, '-keyout', key!, '-out', request!, '-subj', `/CN=${name}`)
      writeFileSync(at(extensions!), `subjectAltName=${alternativeNames}\n`)
      const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', extensions!]
      openssl('x509', '-req', '-in', request!, ...by, '-days', String(days), '-out', certificate!)
      return {
        cert: readFileSync(at(certificate!), 'utf8'),
        key: readFileSync(at(key!), 'utf8'),
        certFile: at(certificate!),
        keyFile: at(key!),
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
