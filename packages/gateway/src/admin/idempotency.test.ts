import { describe, expect, it } from 'vitest'
import { type KeptAnswer, processIdempotency, REMEMBERED_MS, RUNNING_MS } from './idempotency.ts'

function clockAt(startMs: number) {
  let nowMs = startMs
  return { now: () => nowMs, advance: (ms: number) => (nowMs += ms) }
}

const answer: KeptAnswer = { status: 201, headers: { etag: '"1"' }, body: { id: 'arts', secret: null } }

describe('a request that is remembered', () => {
  it('is answered as it was, for a day, and then is new', async () => {
    const clock = clockAt(0)
    const memory = processIdempotency({ clock })
    expect(await memory.begin('a', 'same')).toBeUndefined()
    await memory.finish('a', 'same', answer)
    clock.advance(REMEMBERED_MS - 1)
    expect(await memory.begin('a', 'same')).toEqual(answer)
    clock.advance(1)
    expect(await memory.begin('a', 'same')).toBeUndefined()
  })

  it('stands in the way of another with its key, and of its own repetition while it runs', async () => {
    const clock = clockAt(0)
    const memory = processIdempotency({ clock })
    await memory.begin('a', 'same')
    await expect(memory.begin('a', 'same')).rejects.toMatchObject({ code: 'conflict', retryAfterMs: 1000 })
    await memory.finish('a', 'same', answer)
    await expect(memory.begin('a', 'other')).rejects.toMatchObject({ code: 'conflict' })
    expect(await memory.begin('b', 'other')).toBeUndefined()
  })

  it('may be tried again once it has failed, or never ended', async () => {
    const clock = clockAt(0)
    const memory = processIdempotency({ clock })
    await memory.begin('a', 'same')
    await memory.forget('a')
    expect(await memory.begin('a', 'same')).toBeUndefined()
    clock.advance(RUNNING_MS)
    expect(await memory.begin('a', 'same')).toBeUndefined()
  })
})
