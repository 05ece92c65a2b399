import type { LimitStanding } from '../../limits/limits.ts'
import type { RateMetric } from '../../limits/rates.ts'

/** The names of our policies, and what goes with them: the unit is requests unless it says otherwise, and tokens have none. */
const POLICIES = [
  { metric: 'requests', name: 'rpm', rest: ';w=60' },
  { metric: 'tokens', name: 'tpm', rest: ';w=60' },
  { metric: 'concurrency', name: 'concurrency', rest: ';qu="concurrent-requests"' },
] as const satisfies readonly { metric: RateMetric; name: string; rest: string }[]

/**
 * Where limits stand, of each kind the one with the least left, twice: as `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-11, https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), and as
 * OpenAI says it (https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers).
 */
export function limitHeaders(standings: readonly LimitStanding[]): Record<string, string> {
  const headers: Record<string, string> = {}
  let policies = ''
  let states = ''
  for (const { metric, name, rest } of POLICIES) {
    const tightest = tightestOf(standings, metric)
    if (!tightest) continue
    const { limit, remaining, resetMs } = tightest
    const comma = policies === '' ? '' : ', '
    policies += `${comma}"${name}";q=${limit}${rest}`
    states += `${comma}"${name}";r=${remaining}`
    if (metric === 'concurrency') continue
    states += `;t=${Math.ceil(resetMs / 1000)}`
    headers[`x-ratelimit-limit-${metric}`] = String(limit)
    headers[`x-ratelimit-remaining-${metric}`] = String(remaining)
    headers[`x-ratelimit-reset-${metric}`] = goDuration(resetMs)
  }
  if (policies !== '') {
    headers['ratelimit-policy'] = policies
    headers.ratelimit = states
  }
  return headers
}

function tightestOf(standings: readonly LimitStanding[], metric: RateMetric): LimitStanding | undefined {
  let tightest: LimitStanding | undefined
  for (const one of standings) {
    if (one.metric === metric && (!tightest || one.remaining < tightest.remaining)) tightest = one
  }
  return tightest
}

/** A span as Go writes it, and OpenAI after it: `12ms`, `6.5s`, `1m0s`. https://pkg.go.dev/time#Duration.String */
export function goDuration(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60]
  const seconds = `${(ms % 60_000) / 1000}s`
  if (hours > 0) return `${hours}h${minutes}m${seconds}`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}
