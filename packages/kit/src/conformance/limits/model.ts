import type { LimitedRequest, Taken } from '../../limits/limits.ts'
import type { Scope } from '../../limits/rates.ts'
import { type Poured, waitForTokens } from './bucket.ts'

/** Limits that are obviously right: nothing is kept but what happened, and every answer is worked out from that. */
export interface Model {
  pass(ms: number): void
  /** How long a request has to wait, ms; 0: it was taken. */
  take(request: Pick<LimitedRequest, 'id' | 'scopes' | 'tokens'>): number
  give(taken: Taken, used: { readonly tokens: number } | 'nothing'): void
}

interface Known {
  /** The minute that began with a request, and what is counted in it. */
  minute: { readonly endMs: number; count: number }
  readonly poured: Poured[]
  readonly running: Set<string>
}

const MINUTE_MS = 60_000

export function limitsModel(): Model {
  const known = new Map<string, Known>()
  const minutes = new Map<string, readonly Known['minute'][]>()
  let nowMs = 0

  function knownOf({ subject }: Scope): Known {
    const found = known.get(subject) ?? { minute: { endMs: 0, count: 0 }, poured: [], running: new Set() }
    known.set(subject, found)
    return found
  }

  function waitFor(scope: Scope, tokens: number): number {
    const one = knownOf(scope)
    const { rpm, tpm, concurrency } = scope
    const waits = [0]
    if (rpm !== undefined && nowMs < one.minute.endMs && one.minute.count >= rpm)
      waits.push(one.minute.endMs - nowMs)
    if (tpm !== undefined) waits.push(waitForTokens(one.poured, { tpm, need: Math.min(tokens, tpm), nowMs }))
    if (concurrency !== undefined && one.running.size >= concurrency) waits.push(1_000)
    return Math.max(...waits)
  }

  const isOver = ({ minute }: Known, rpm: number) => nowMs < minute.endMs && minute.count >= rpm

  /** A minute begins with the first request that asks, taken or not; one scope after the other is asked. */
  function beginMinutes(scopes: readonly Scope[]): void {
    for (const scope of scopes.filter(({ rpm }) => rpm !== undefined)) {
      const one = knownOf(scope)
      if (nowMs >= one.minute.endMs) one.minute = { endMs: nowMs + MINUTE_MS, count: 0 }
      else if (isOver(one, scope.rpm!)) return
    }
  }

  return {
    pass(ms) {
      nowMs += ms
    },
    take({ id, scopes, tokens }) {
      const waitMs = Math.max(0, ...scopes.map((scope) => waitFor(scope, tokens)))
      beginMinutes(scopes)
      if (waitMs > 0) return waitMs
      for (const scope of scopes) {
        const one = knownOf(scope)
        one.minute.count += 1
        one.poured.push({ atMs: nowMs, tokens: Math.min(tokens, scope.tpm ?? tokens) })
        one.running.add(id)
      }
      minutes.set(
        id,
        scopes.map((scope) => knownOf(scope).minute),
      )
      return 0
    },
    give({ id, scopes, tokens }, used) {
      const counted = minutes.get(id)
      minutes.delete(id)
      if (!counted) return
      for (const [at, scope] of scopes.entries()) {
        const one = knownOf(scope)
        one.running.delete(id)
        // The last second of a minute is left alone: what comes back then may come too late.
        if (used === 'nothing' && nowMs + 1_000 < counted[at]!.endMs) counted[at]!.count -= 1
        const tokensUsed = used === 'nothing' ? 0 : used.tokens
        one.poured.push({ atMs: nowMs, tokens: tokensUsed - Math.min(tokens, scope.tpm ?? tokens) })
      }
    },
  }
}
