import type { CacheStore } from '@tollgate/kit/cache'
import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import { type Clock, defineStage, type Stage } from '@tollgate/kit/core'
import { memoryLimits } from '@tollgate/kit/limits'
import { principal } from '@tollgate/kit/stages/identify'
import { rateLimit } from '@tollgate/kit/stages/rate-limit'
import { z } from 'zod'
import { decoded } from '../manage/shape.ts'
import { readJson, sendJson } from './json.ts'

const MAX_BODY_BYTES = 4_096
const RATE = { rpm: 30 }

/** That an answer was right is not asked for: whoever may say so could have a wrong one served on. */
const feedback = z.strictObject({ entry: z.string().min(1).max(200), correct: z.literal(false) })

export interface CacheFeedbackOptions {
  readonly cache: CacheStore
  readonly semantic: SemanticTier | undefined
  readonly clock: Clock
}

/**
 * `POST /tollgate/cache/feedback`: a caller says that an answer out of the cache was wrong, by what `x-tollgate-cache-entry`
 * said with it. It is served to nobody any more. Ids are digests that only those who share an answer ever see. A caller may
 * say so thirty times a minute at each gateway, apart from what its calls of models are limited to: whoever empties a cache that
 * others share makes them pay for it again.
 */
export const cacheFeedback = ({ cache, semantic, clock }: CacheFeedbackOptions): readonly Stage[] => [
  rateLimit({
    limits: memoryLimits({ clock }),
    rates: { user: RATE, key: RATE },
    exposeLimits: false,
    clock,
  }),
  defineStage({
    name: 'cache-feedback',
    needs: [principal],
    handle: async function cacheFeedback(req, res) {
      const { entry } = decoded(feedback, await readJson(req, MAX_BODY_BYTES))
      const [wasKept, wasKnown] = await Promise.all([cache.delete(entry), semantic?.reject(entry)])
      sendJson(res, { removed: wasKept || wasKnown === true })
    },
  }),
]
