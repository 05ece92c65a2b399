import { describe, expect, it } from 'vitest'
import { camelFields, field, integerField, objectsField, spellingOf, wordField } from './fields.ts'

describe('field', () => {
  it('finds a field in either spelling', () => {
    expect(field({ maxOutputTokens: 1 }, 'maxOutputTokens')).toBe(1)
    expect(field({ max_output_tokens: 2 }, 'maxOutputTokens')).toBe(2)
    expect(field({ maxOutputTokens: null }, 'maxOutputTokens')).toBeUndefined()
  })

  it('refuses both spellings at once', () => {
    const both = { max_output_tokens: 1, maxOutputTokens: 9 }
    expect(() => field(both, 'maxOutputTokens', 'generationConfig.maxOutputTokens')).toThrow(
      '`generationConfig.maxOutputTokens` is given twice, once as `max_output_tokens`',
    )
  })

  it('keeps the spelling that is there', () => {
    expect(spellingOf({ generation_config: {} }, 'generationConfig')).toBe('generation_config')
    expect(spellingOf({}, 'generationConfig')).toBe('generationConfig')
  })
})

describe('typed fields', () => {
  it('take one object for a list of one, as Google does', () => {
    expect(objectsField({ parts: { text: 'Hi' } }, 'parts')).toEqual([{ text: 'Hi' }])
    expect(() => objectsField({ parts: 'Hi' }, 'parts')).toThrow('`parts` is a list of objects.')
  })

  it('read words in any case', () => expect(wordField({ mode: 'any' }, 'mode')).toBe('ANY'))

  it('refuse numbers that another reader would take for some', () => {
    const range = { path: 'generationConfig.topK', min: 1, max: 10 }
    for (const topK of ['5', 1.5, 11, true]) {
      expect(() => integerField({ topK }, 'topK', range)).toThrow(
        '`generationConfig.topK` is an integer from 1 to 10.',
      )
    }
  })

  it('name all fields in camelCase', () => {
    expect(camelFields({ speech_config: 1, safetySettings: 2, labels: null })).toEqual([
      ['speechConfig', 1],
      ['safetySettings', 2],
    ])
  })
})
