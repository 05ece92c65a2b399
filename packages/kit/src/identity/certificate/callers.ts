import { type Identity, principalOf } from '../../directory/identity.ts'
import type { Principal } from '../../directory/principal.ts'
import { isId } from '../id.ts'
import type { Verdict } from '../verdict.ts'
import type { ClientCertificate } from './client-certificate.ts'

/**
 * Who the owner of a certificate is. One of `uri`, `dns`, `email` and `hash` says which certificates are meant. In the first
 * three `{team}`, `{project}` and `{user}` stand for one part of a name (between slashes, dots, or before the at sign), which
 * becomes the principal's, and `*` for one that means nothing: `spiffe://acme.example/ns/{team}/sa/{user}`.
 */
export interface CertificateCaller extends Pick<Identity, 'org' | 'tags'> {
  readonly uri?: string | undefined
  readonly dns?: string | undefined
  readonly email?: string | undefined
  /** SHA-256 of one certificate, in hexadecimals. */
  readonly hash?: string | undefined
  readonly team?: string | undefined
  readonly project?: string | undefined
  readonly user?: string | undefined
}

/** What a certificate makes of its owner: nothing where it is not meant. */
type Rule = (certificate: ClientCertificate) => readonly Principal[]

/**
 * The rules as a function: the first that a certificate matches decides. One whose names make two principals is refused.
 *
 * @throws RangeError when a rule says nothing of whom it means, or of who that is.
 */
export function callersBy(
  callers: readonly CertificateCaller[],
): (certificate: ClientCertificate) => Verdict {
  if (callers.length === 0) throw new RangeError('certificates need at least one caller that they stand for')
  const rules = callers.map(ruleOf)
  return (certificate) => {
    for (const rule of rules) {
      const [principal, ...others] = rule(certificate)
      if (!principal) continue
      const text = JSON.stringify(principal)
      return others.every((other) => JSON.stringify(other) === text)
        ? principal
        : { refused: 'its names stand for several callers' }
    }
    return { refused: 'it stands for nobody' }
  }
}

const PARTS = { uri: '[^/]+', dns: '[^.]+', email: '[^@]+' } as const

function ruleOf({ uri, dns, email, hash, ...stated }: CertificateCaller): Rule {
  const kinds = Object.entries({ uri, dns, email, hash }).filter(([, pattern]) => pattern !== undefined)
  const [first, ...more] = kinds as [keyof typeof PARTS | 'hash', string][]
  if (!first || more.length > 0) {
    throw new RangeError('a caller is told by one of uri, dns, email and hash')
  }
  const [kind, pattern] = first
  if (kind === 'hash') {
    const wanted = pattern.replaceAll(':', '').toLowerCase()
    if (!/^[0-9a-f]{64}$/.test(wanted)) throw new RangeError(`"${pattern}" is no SHA-256 of a certificate`)
    const principal = principalOf(stated)
    return (certificate) => (certificate.hash === wanted ? [principal] : [])
  }
  const { expression, captured } = compiled(pattern, kind)
  principalOf({ ...stated, ...Object.fromEntries(captured.map((field) => [field, 'anybody'])) })
  return (certificate) =>
    namesOf(certificate, kind).flatMap((name) => {
      const parts = expression.exec(name)?.groups
      if (parts === undefined && !expression.test(name)) return []
      return Object.values(parts ?? {}).every(isId) ? [principalOf({ ...stated, ...parts })] : []
    })
}

/** Of several URIs none is taken: a workload has one, https://spiffe.io/docs/latest/spiffe-specs/x509-svid/ section 2. */
function namesOf({ uris, dns, emails }: ClientCertificate, kind: keyof typeof PARTS): readonly string[] {
  if (kind === 'uri') return uris.length === 1 ? uris : []
  return kind === 'dns' ? dns : emails
}

const PLACE = /\{(\w+)\}|\*/g
const FIELDS: readonly string[] = ['team', 'project', 'user']

function compiled(pattern: string, kind: keyof typeof PARTS) {
  const captured: string[] = []
  let source = ''
  let at = 0
  const fixed = (end?: number) => {
    const text = pattern.slice(at, end)
    source += (kind === 'dns' ? text.toLowerCase() : text).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  }
  for (const { 0: place, 1: field, index } of pattern.matchAll(PLACE)) {
    if (field !== undefined && (!FIELDS.includes(field) || captured.includes(field))) {
      throw new RangeError(`"${pattern}": a name gives a {team}, a {project} and a {user}, each once`)
    }
    fixed(index)
    if (field !== undefined) captured.push(field)
    source += field === undefined ? PARTS[kind] : `(?<${field}>${PARTS[kind]})`
    at = index + place.length
  }
  fixed()
  return { expression: new RegExp(`^${source}$`), captured }
}
