import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, Choice } from './answer.ts'
import { fold } from './fold.ts'
import type { Part } from './part.ts'
import { replay } from './replay.ts'

const seal = fc.record({
  from: fc.constantFrom('messages' as const, 'generate' as const),
  value: fc.string(),
})
const sealed = fc.option(seal, { nil: undefined }).map((found) => (found ? { seal: found } : {}))

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: fc.string() }),
  fc.record({ type: fc.constant('refusal' as const), text: fc.string() }),
  fc.tuple(fc.string(), sealed).map(([text, extra]): Part => ({ type: 'reasoning', text, ...extra })),
  fc
    .tuple(fc.string(), fc.string(), fc.json(), sealed)
    .map(([id, name, args, extra]): Part => ({ type: 'tool_call', id, name, arguments: args, ...extra })),
)

const choice: fc.Arbitrary<Choice> = fc.record({
  parts: fc.array(part, { maxLength: 4 }),
  finish: fc.record({ reason: fc.constantFrom('stop' as const, 'length' as const, 'tool_calls' as const) }),
})

const answer: fc.Arbitrary<Answer> = fc.record({
  id: fc.string(),
  model: fc.string(),
  createdAtSec: fc.nat(),
  choices: fc
    .tuple(choice, fc.array(choice, { maxLength: 2 }))
    .map(([first, others]) => [first, ...others] as const),
  usage: fc.option(fc.record({ input: fc.nat(), output: fc.nat() }), { nil: undefined }),
})

describe('an answer that is replayed', () => {
  it('is the same when its events are folded', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        expect(fold(replay(whole))).toEqual({ answer: whole, error: undefined })
      }),
    )
  })

  it('opens each part once, closes it, and ends', () => {
    fc.assert(
      fc.property(answer, (whole) => {
        const open = new Set<string>()
        const events = [...replay(whole)]
        for (const event of events) {
          if (event.type === 'open') open.add(`${event.choice}.${event.part}`)
          if (event.type === 'close') expect(open.delete(`${event.choice}.${event.part}`)).toBe(true)
        }
        expect(open.size).toBe(0)
        expect(events[0]!.type).toBe('start')
        expect(events.at(-1)).toEqual({ type: 'end' })
      }),
    )
  })

  it('that broke off has a choice that failed', () => {
    expect(fold([{ type: 'start', id: 'a', model: 'm', createdAtSec: 1 }, { type: 'end' }])).toEqual({
      answer: {
        id: 'a',
        model: 'm',
        createdAtSec: 1,
        choices: [{ parts: [], finish: { reason: 'error' } }],
        usage: undefined,
      },
      error: undefined,
    })
  })
})
