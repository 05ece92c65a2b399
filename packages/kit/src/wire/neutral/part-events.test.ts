import { describe, expect, it } from 'vitest'
import { partEvents } from './part-events.ts'

const SEAL = { from: 'messages', value: 'signed' } as const

describe('the events of parts', () => {
  it('number each part, and come in the order that is promised', () => {
    const events = partEvents(1)
    const thought = events.open({ type: 'reasoning' })
    events.seal(thought, SEAL)
    events.tell(thought, 'Hm.')
    events.close(thought)
    const text = events.open({ type: 'text' })
    events.tell(text, 'Yes')
    events.cite(text, [{ url: 'https://example.com' }])
    events.close(text)
    expect(events.take()).toEqual([
      { type: 'open', choice: 1, part: 0, of: { type: 'reasoning' } },
      { type: 'delta', choice: 1, part: 0, text: 'Hm.' },
      { type: 'seal', choice: 1, part: 0, seal: SEAL },
      { type: 'close', choice: 1, part: 0 },
      { type: 'open', choice: 1, part: 1, of: { type: 'text' } },
      { type: 'delta', choice: 1, part: 1, text: 'Yes' },
      { type: 'cite', choice: 1, part: 1, citation: { url: 'https://example.com' } },
      { type: 'close', choice: 1, part: 1 },
    ])
    expect(events.take()).toEqual([])
  })

  it('say nothing of a part that is closed, nor of a text that is empty or none', () => {
    const events = partEvents(0)
    const text = events.open({ type: 'text' })
    events.tell(text, '')
    events.tell(text, undefined)
    expect(text).toMatchObject({ begun: false, cites: false })
    events.close(text)
    events.take()
    events.tell(text, 'late')
    events.cite(text, [{ title: 'late' }])
    events.close(text)
    expect(events.take()).toEqual([])
    expect(text.begun).toBe(false)
  })
})
