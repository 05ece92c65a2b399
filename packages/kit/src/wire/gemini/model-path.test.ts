import { describe, expect, it } from 'vitest'
import { targetOf } from '../target.ts'
import { methodPath, modelOf, resourceName } from './model-path.ts'

const at = (path: string, body = {}) => modelOf(body, targetOf(path, 0))

describe('modelOf', () => {
  it.each([
    ['/v1beta/models/gemini-3-pro:generateContent', 'gemini-3-pro'],
    ['/gemini/v1/models/gemini-2.5-flash:streamGenerateContent', 'gemini-2.5-flash'],
    ['/v1beta/tunedModels/mine-1:generateContent', 'tunedModels/mine-1'],
    ['/v1/projects/p/locations/l/publishers/google/models/gemini-3-pro:generateContent', 'gemini-3-pro'],
    ['/v1/projects/p/locations/l/endpoints/123:generateContent', 'endpoints/123'],
  ])('reads it from %s', (path, model) => expect(at(path)).toBe(model))

  it('takes the same model in the body, and refuses another', () => {
    const path = '/v1beta/models/gemini-3-flash:countTokens'
    expect(at(path, { model: 'models/gemini-3-flash' })).toBe('gemini-3-flash')
    expect(() => at(path, { model: 'models/gemini-3-pro' })).toThrow('another model than the one in the path')
  })

  it('refuses names that a provider might read differently', () => {
    expect(() => at('/v1beta/models/a%2F..%2Fb:generateContent')).toThrow('`model` is a plain name')
    expect(() => at('/v1beta/models/:generateContent')).toThrow('`model` is a plain name')
  })
})

describe('methodPath', () => {
  it('keeps a name inside its segment', () => {
    expect(methodPath('gemini-3-pro', 'generateContent')).toBe('/models/gemini-3-pro:generateContent')
    expect(methodPath('tunedModels/mine', 'generateContent')).toBe('/tunedModels/mine:generateContent')
    expect(methodPath('x/../../files', 'generateContent')).toBe('/models/x%2F..%2F..%2Ffiles:generateContent')
    expect(methodPath('a:countTokens', 'generateContent')).toBe('/models/a%3AcountTokens:generateContent')
  })

  it('agrees with the names that bodies use', () => {
    expect(resourceName('gemini-3-pro')).toBe('models/gemini-3-pro')
    expect(resourceName('tunedModels/mine')).toBe('tunedModels/mine')
  })
})
