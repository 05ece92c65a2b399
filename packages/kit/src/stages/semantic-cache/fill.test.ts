import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { forgivingStore } from '../../cache/forgiving-store.ts'
import { type InsertAllowance, insertAllowance } from '../../cache/insert-allowance.ts'
import { memoryCache } from '../../cache/memory/index.ts'
import type { Recording } from '../../cache/recording.ts'
import type { Answer } from '../../wire/neutral/answer.ts'
import { fill } from './fill.ts'
import type { Plan } from './plan.ts'
import { wholePolicy } from './policy.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
const PLACE = {
  id: 'share.question',
  model: 'gpt-4o-mini',
  tags: [],
  scope: { org: 'acme', accounts: ['org:acme', 'project:faq'] as const },
}

const answerOf = (text: string): Answer => ({
  id: 'a',
  model: 'gpt-4o-mini',
  createdAtSec: 0,
  usage: undefined,
  choices: [{ parts: [{ type: 'text', text }], finish: { reason: 'stop' } }],
})

/** Fill a cache with an answer, as the first of its request. */
function filled(answer: Answer, inserts: InsertAllowance = insertAllowance()) {
  const policy = wholePolicy({ mode: 'exact' })
  const provider = { name: 'openai', dialect: 'openai', baseUrl: '' } as const
  const plan = {
    place: PLACE,
    askedBy: () => 'ada',
    deployments: [{ provider, model: 'gpt-4o-mini' }],
    controls: { policy },
  } as unknown as Plan
  const recording: Recording = { events: () => [], answer: () => answer, state: 'whole' }
  const store = forgivingStore(memoryCache({ clock: { now: () => NOW_MS } }))
  return fill(new IncomingMessage(new Socket()), plan, {
    store,
    inserts,
    recording,
    semantic: undefined,
    stamp: '   ',
    nowMs: NOW_MS,
  })
}

describe('an answer that is kept', () => {
  it('is written once, however often its size is asked for', async () => {
    let written = 0
    const answer = answerOf('Paris.')
    const counted: Answer = Object.defineProperty({ ...answer }, 'toJSON', {
      value() {
        written += 1
        return answer
      },
    })
    expect(await filled(counted)).toMatchObject({ id: PLACE.id, askedBy: 'ada' })
    expect(written).toBe(1)
  })

  it('is not too large', async () => {
    expect(await filled(answerOf('x'.repeat(256 * 1024)))).toBeUndefined()
  })

  it('is within what its caller may have kept among others', async () => {
    const inserts = insertAllowance({ bytesPerHour: 1_000 })
    expect(await filled(answerOf('x'.repeat(300)), inserts)).toBeDefined()
    expect(await filled(answerOf('x'.repeat(300)), inserts)).toBeUndefined()
  })
})
