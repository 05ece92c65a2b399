import { describe, expect, it } from 'vitest'
import { modelPattern } from '../../wire/model-pattern.ts'
import { endpointClass } from './endpoint-class.ts'

describe('modelPattern', () => {
  it.each([
    ['gpt-4o-mini', 'gpt-4o-mini', true],
    ['gpt-4o-mini', 'gpt-4o', false],
    ['gpt-4o-mini', 'gpt-4o-mini-2024', false],
    ['gpt-4o-mini', 'GPT-4o-mini', false],
    ['gpt-4o-mini', 'openai/gpt-4o-mini', false],
    ['claude-haiku-*', 'claude-haiku-4-5', true],
    ['claude-haiku-*', 'claude-haiku-', true],
    ['claude-haiku-*', 'claude-haiku-/../claude-opus', false],
    ['gpt-4.1', 'gpt-4x1', false],
    ['*-mini', 'gpt-4o-mini', true],
    ['*', 'anything/at-all', true],
    ['openai/*', 'openai/gpt-4o', true],
    ['a*a', 'a', false],
    ['*a*b*', 'xbxax', false],
    ['*/*-mini', 'openai/gpt-4o-mini', true],
    ['*/*-mini', 'a/b/c-mini', false],
    ['gpt-*', 'gpt-4 o', false],
  ])('%s matches %s: %s', (pattern, model, matches) => {
    expect(modelPattern(pattern)(model)).toBe(matches)
  })

  it('is as soon done with a name that was made to match almost', () => {
    expect(modelPattern(`${'a*'.repeat(99)}b`)('a'.repeat(100_000))).toBe(false)
  })

  it.each(['', 'gpt 4o', 'gpt-4о', 'a'.repeat(201), 'gpt-(4|5)'])('refuses the pattern %j', (pattern) => {
    expect(() => modelPattern(pattern)).toThrow(RangeError)
  })
})

it.each([
  ['/v1/chat/completions', undefined],
  ['/v1/embeddings', undefined],
  ['/team/v1/images/generations', 'images'],
  ['/v1/fine_tuning/jobs', 'fine-tuning'],
  ['/v1/audio/speech', 'audio'],
  ['/v1/files', 'files'],
  ['/v1/files/file-1', 'files'],
  ['/v1/realtime', 'realtime'],
  ['/v1/filesystem', undefined],
])('%s is of class %s', (path, named) => {
  expect(endpointClass(path)).toBe(named)
})
