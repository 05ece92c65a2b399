import { describe, expect, it } from 'vitest'
import { argumentsObject } from './arguments.ts'

describe('arguments as an object', () => {
  it.each([
    ['{"city":"Köln"}', { city: 'Köln' }],
    ['', {}],
    [' ', {}],
    ['{"city":"Kö', { arguments: '{"city":"Kö' }],
    ['["Köln"]', { arguments: '["Köln"]' }],
  ])('of %j are %j', (text, object) => {
    expect(argumentsObject({ arguments: text })).toEqual(object)
  })

  it('of a tool that takes free text are that text, whatever it looks like', () => {
    expect(argumentsObject({ arguments: '{"a":1}', custom: true })).toEqual({ input: '{"a":1}' })
    expect(argumentsObject({ arguments: '', custom: true })).toEqual({ input: '' })
  })
})
