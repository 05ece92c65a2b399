import { TollgateError } from '../../core/errors.ts'
import type { Limited, LimitStanding } from '../../limits/limits.ts'
import type { Subject } from '../../limits/rates.ts'
import { limitHeaders } from './headers.ts'

/** How much callers are told: nothing of numbers, those of the caller's own limits, or its ancestors' too. */
export type ExposeLimits = boolean | 'all'

/** Whether a caller may know the numbers of a limit: its own key's and user's, and what is nobody's in particular. */
export function mayKnow({ subject }: Pick<LimitStanding, 'subject'>, exposeLimits: ExposeLimits): boolean {
  if (exposeLimits === 'all') return true
  return exposeLimits && /^(?:key|user|model):/.test(subject)
}

/** Why a request has to wait, and for how long, as an answer. */
export function limitedRefusal(
  { standing, retryAfterMs }: Limited,
  exposeLimits: ExposeLimits,
): TollgateError<'rate_limited'> {
  const knows = mayKnow(standing, exposeLimits)
  // Of several limits the one that refuses is told: the others may come back earlier than it lets the request pass.
  const headers = knows ? limitHeaders([{ ...standing, resetMs: retryAfterMs }]) : {}
  return new TollgateError('rate_limited', {
    message: `${sentence(standing, knows)} ${cure(standing, retryAfterMs)} This is not a limit of the provider's.`,
    retryAfterMs,
    headers,
  })
}

function sentence({ subject, metric, limit }: LimitStanding, knows: boolean): string {
  const who = nameOf(subject)
  if (metric === 'requests')
    return `${who} has made ${knows ? `its ${limit}` : 'all its'} requests of this minute.`
  if (metric === 'concurrency') {
    return `${who} has ${knows ? `${limit} requests` : 'as many requests'} running, and may have no more at a time.`
  }
  return `${who} has too few of its ${knows ? `${limit} ` : ''}tokens a minute left for this request.`
}

function cure({ metric }: LimitStanding, retryAfterMs: number): string {
  if (metric === 'concurrency') return 'Try again when one of them has ended.'
  return `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`
}

/** Why a caller is shut out, as an answer that no client retries by itself. */
export function runawayRefusal(
  caller: Subject,
  why: string,
  retryAfterMs: number,
): TollgateError<'runaway_loop'> {
  const reason = Object.hasOwn(REASONS, why) ? REASONS[why] : 'has sent the same request over and over'
  return new TollgateError('runaway_loop', {
    message: `${nameOf(caller)} ${reason}, and is shut out for ${Math.ceil(retryAfterMs / 1000)} s more, for twice as long each time. Stop what repeats it; ask your administrator if nothing does.`,
    retryAfterMs,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  failures: 'has sent a request that fails over and over',
  repeats: 'has sent one and the same request over and over',
  spend: 'has spent far more within a minute than it ever does',
}

/** `team:marketing` as a person says it. */
function nameOf(subject: Subject): string {
  return subject.replace(':', ' ')
}
