import { describe, expect, it } from 'vitest'
import type { Reasoning } from '../../neutral/conversation.ts'
import { traitsOf } from './model-traits.ts'
import { readReasoning, writeThinking } from './thinking.ts'

const NEW = 'claude-opus-5-5'
const MIDDLE = 'claude-opus-4-6'
const OLD = 'claude-sonnet-4-5-20250929'

const write = (reasoning: Reasoning, model = NEW, more: { maxTokens?: number; toolForced?: boolean } = {}) =>
  writeThinking(reasoning, { traits: traitsOf(model), maxTokens: 64_000, toolForced: false, ...more })

describe('how much a model is to think', () => {
  it.each<[string, Reasoning, object]>([
    [NEW, { effort: 'high' }, { thinking: { type: 'adaptive' }, effort: 'high' }],
    [NEW, { effort: 'minimal' }, { thinking: { type: 'adaptive' }, effort: 'low' }],
    [NEW, { effort: 'xhigh' }, { thinking: { type: 'adaptive' }, effort: 'xhigh' }],
    [NEW, { effort: 'none' }, { thinking: { type: 'disabled' } }],
    [NEW, { effort: 'max', budgetTokens: 0 }, { thinking: { type: 'disabled' }, effort: 'max' }],
    [NEW, { budgetTokens: 5_000 }, { thinking: { type: 'adaptive' } }],
    [NEW, { adaptive: true, show: 'none' }, { thinking: { type: 'adaptive', display: 'omitted' } }],
    [NEW, { adaptive: true, show: 'full' }, { thinking: { type: 'adaptive', display: 'summarized' } }],
    [NEW, { show: 'summary' }, {}],
    [MIDDLE, { effort: 'xhigh' }, { thinking: { type: 'adaptive' }, effort: 'high' }],
    [MIDDLE, { budgetTokens: 5_000 }, { thinking: { type: 'enabled', budget_tokens: 5_000 } }],
    [OLD, { effort: 'high', show: 'summary' }, { thinking: { type: 'enabled', budget_tokens: 16_384 } }],
    [OLD, { budgetTokens: 10 }, { thinking: { type: 'enabled', budget_tokens: 1_024 } }],
    [OLD, { adaptive: true }, { thinking: { type: 'enabled', budget_tokens: 8_192 } }],
    ['claude-3-haiku-20240307', { effort: 'high' }, {}],
    [
      'claude-opus-4-5-20251101',
      { effort: 'low' },
      { thinking: { type: 'enabled', budget_tokens: 2_048 }, effort: 'low' },
    ],
  ])('%s is asked for %j', (model, reasoning, expected) => {
    expect(write(reasoning, model)).toEqual(expected)
  })

  it('stays below the cap, or is left out where there is no room for it', () => {
    const budget = { thinking: { type: 'enabled', budget_tokens: 1_999 } }
    expect(write({ budgetTokens: 9_000 }, OLD, { maxTokens: 2_000 })).toEqual(budget)
    expect(write({ budgetTokens: 9_000 }, OLD, { maxTokens: 1_024 })).toEqual({})
  })

  it('is nothing before a tool that must be called', () => {
    expect(write({ effort: 'high' }, NEW, { toolForced: true })).toEqual({ effort: 'high' })
    expect(write({ budgetTokens: 2_000 }, OLD, { toolForced: true })).toEqual({})
  })

  it.each<[string, Reasoning]>([
    [NEW, { adaptive: true, effort: 'medium', show: 'summary' }],
    [NEW, { adaptive: true, show: 'none' }],
    [NEW, { effort: 'low', budgetTokens: 0 }],
    [NEW, { effort: 'none' }],
    [MIDDLE, { budgetTokens: 4_000, show: 'summary' }],
    [OLD, { budgetTokens: 4_000 }],
  ])('%s reads %j back', (model, reasoning) => {
    const { thinking, effort } = write(reasoning, model)
    expect(readReasoning({ thinking, output_config: effort ? { effort } : undefined })).toEqual(reasoning)
  })
})
