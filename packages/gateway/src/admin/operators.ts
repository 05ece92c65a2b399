import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TollgateError } from '@tollgate/kit/core'
import type { RecordStore } from '@tollgate/kit/directory'
import type { Authenticate, FailureThrottle } from '@tollgate/kit/identity'
import type { AdminTokenRule } from '../config/index.ts'
import type { Operator } from '../manage/manage.ts'
import { denied } from '../manage/refused.ts'

export interface OperatorsOptions {
  readonly org: string
  /** The token of the config itself, which may do everything. */
  readonly token: string
  /** Further ones, each with what it may do. */
  readonly tokens: readonly AdminTokenRule[]
  /** Knows people by the tokens of their issuer; undefined where the config names none. */
  readonly people: Authenticate | undefined
  readonly records: Pick<RecordStore, 'get'>
  readonly throttle: FailureThrottle
}

/** Tells who asks. @throws TollgateError `invalid_api_key`, `auth_throttled`; `permission_denied` for a person without a role. */
export type OperatorOf = (req: IncomingMessage) => Promise<Operator>

const BEARER = /^Bearer +(\S+) *$/i

/**
 * Operators are known by a token that the config states, or by their issuer's; what a person may do is in the directory,
 * and looked up each time.
 */
export function operatorsOf({ org, token, tokens, people, records, throttle }: OperatorsOptions): OperatorOf {
  // Looked up by its digest, a token tells by no time how near a guess is.
  const known = (operator: Operator) => ({ operator, principal: { org } })
  const byDigest = new Map(tokens.map((rule) => [rule.digest, known(operatorOfToken(rule))]))
  byDigest.set(tokenDigest(token), known({ by: 'admin', role: 'admin', leads: () => true }))

  async function person(req: IncomingMessage, authenticate: Authenticate): Promise<Operator> {
    const { user } = await authenticate(req)
    const role = user === undefined ? undefined : (await records.get('user', org, user))?.value.role
    if (user === undefined || role === undefined)
      throw denied(
        'You are known, and have no role here. An admin gives you one: tollgate users set ID --role viewer.',
      )
    const leads = async (team: string) =>
      (await records.get('team', org, team))?.value.leads?.includes(user) ?? false
    return { by: `user:${user}`, role, leads }
  }

  return async (req) => {
    const presented = BEARER.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const found = byDigest.get(tokenDigest(presented))
    // Whoever has a token of an issuer is judged, and slowed down, by those who know it.
    if (!found && people && looksSigned(presented)) return person(req, people)
    const attempt = throttle.attempt(req, presented)
    if (attempt.waitMs > 0) throw new TollgateError('auth_throttled', { retryAfterMs: attempt.waitMs })
    if (found) {
      attempt.passed(found.principal)
      return found.operator
    }
    attempt.failed()
    throw new TollgateError('invalid_api_key', {
      message: 'This listener is for operators. Send a token of theirs as `Authorization: Bearer …`.',
    })
  }
}

function operatorOfToken({ id, role, team }: AdminTokenRule): Operator {
  return { by: `token:${id}`, role, leads: (asked) => asked === team }
}

/** What is kept of a token: no dump shows one that opens anything. */
export function tokenDigest(text: string): string {
  return hash('sha256', text, 'base64url')
}

function looksSigned(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)
}
