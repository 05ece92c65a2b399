import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority of a test's own, and what it has signed for servers on this machine. */
export interface TestAuthority {
  /** The file that a client must trust. */
  readonly caFile: string
  readonly ca: string
  /** Lines of `redis.conf` by which a server, its replicas, its sentinels and its Cluster speak nothing but TLS. */
  readonly config: Readonly<Record<string, string>>
  /** Call it when the servers have ended. */
  remove(): void
}

const SUBJECT_OF_SERVERS = 'subjectAltName=IP:127.0.0.1,DNS:localhost\n'

export function testAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-tls-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const key = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    name,
  ]
  openssl(
    'req',
    '-x509',
    ...key('ca.key'),
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=authority of a test',
  )
  openssl('req', ...key('server.key'), '-out', 'server.csr', '-subj', '/CN=redis of a test')
  writeFileSync(at('server.ext'), SUBJECT_OF_SERVERS)
  const signing = [
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-extfile',
    'server.ext',
    '-days',
    '2',
  ]
  openssl('x509', '-req', '-in', 'server.csr', ...signing, '-out', 'server.crt')
  return {
    caFile: at('ca.crt'),
    ca: readFileSync(at('ca.crt'), 'utf8'),
    config: {
      'tls-cert-file': at('server.crt'),
      'tls-key-file': at('server.key'),
      'tls-ca-cert-file': at('ca.crt'),
      'tls-auth-clients': 'no',
      'tls-replication': 'yes',
      'tls-cluster': 'yes',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
