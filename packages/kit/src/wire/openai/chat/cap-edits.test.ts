import { describe, expect, it } from 'vitest'
import { capEdits } from './cap-edits.ts'

describe('the cap of Chat Completions', () => {
  it('stays in the field that the client has filled in, and else goes into the current one', () => {
    expect(capEdits({ max_tokens: 9 }, 5, {})).toEqual({ max_tokens: 5 })
    expect(capEdits({ max_completion_tokens: 9 }, 5, {})).toEqual({ max_completion_tokens: 5 })
    expect(capEdits({}, 5, {})).toEqual({ max_completion_tokens: 5 })
  })

  it('needs no edit where nobody lowers it', () => {
    expect(capEdits({ max_tokens: 9 }, undefined, { capField: 'max_tokens' })).toEqual({})
    expect(capEdits({}, undefined, { capField: 'max_tokens' })).toEqual({})
  })

  it('moves to the field that its provider knows: in the other one it would bound nothing', () => {
    const knows = { capField: 'max_tokens' } as const
    expect(capEdits({ max_completion_tokens: 9 }, undefined, knows)).toEqual({
      max_completion_tokens: undefined,
      max_tokens: 9,
    })
    expect(capEdits({ max_completion_tokens: 9 }, 5, knows)).toEqual({
      max_completion_tokens: undefined,
      max_tokens: 5,
    })
    expect(capEdits({}, 5, knows)).toEqual({ max_tokens: 5 })
  })
})
