import { describe, expect, it } from 'vitest'
import { NOTHING_GRANTED } from '../../access/grant-view.ts'
import { nanoUsd } from '../../core/money.ts'
import type { KeyScopes } from '../../directory/principal.ts'
import { tierGate } from './gates.ts'

const CHAT = '/v1/chat/completions'
const CAPS = { maxOutputTokens: 100, maxCostNanoUsd: nanoUsd(5) }
const gate = tierGate({
  default: { models: ['gpt-4o-mini'], caps: CAPS },
  project: { models: ['gpt-4o'], endpoints: ['vision', 'images'], approval: 'team-lead' },
})

interface Case {
  readonly tier?: string
  readonly models?: readonly string[]
  readonly tiers?: readonly string[]
  readonly scopes?: KeyScopes
  readonly path?: string
  readonly model?: string
  readonly pictures?: boolean
}

function verdict({ tier = 'default', models = [], tiers = [], scopes, path = CHAT, model, pictures }: Case) {
  const principal = { org: 'o', key: 'k', ...(scopes && { scopes }) }
  const granted = { ...NOTHING_GRANTED, models, tiers }
  const found = gate({ principal, tier, granted }, { path, model, pictures })
  return found.refusal ? found.refusal.code : { tier: found.tier, caps: found.caps }
}

describe('a caller is let in', () => {
  it('by its own tier, with its caps', () => {
    expect(verdict({ model: 'gpt-4o-mini' })).toEqual({ tier: 'default', caps: CAPS })
    expect(verdict({ model: 'gpt-4o' })).toBe('model_not_allowed')
  })

  it('to a model that it was granted, with the caps of its own tier', () => {
    expect(verdict({ model: 'gpt-4o', models: ['gpt-4*'] })).toEqual({ tier: 'default', caps: CAPS })
    expect(verdict({ tier: '', model: 'gpt-4o', models: ['gpt-4o'] })).toEqual({ tier: '', caps: {} })
  })

  it('by a tier that it was granted, and by its own still', () => {
    expect(verdict({ model: 'gpt-4o', tiers: ['project'] })).toEqual({ tier: 'project', caps: {} })
    expect(verdict({ model: 'gpt-4o-mini', tiers: ['project'] })).toEqual({ tier: 'default', caps: CAPS })
    expect(verdict({ path: '/v1/images/generations', tiers: ['project'] })).toMatchObject({ tier: 'project' })
  })

  it('with pictures only by a tier that has them, once one has', () => {
    expect(verdict({ model: 'gpt-4o-mini', pictures: true })).toBe('endpoint_not_allowed')
    expect(verdict({ tier: 'project', model: 'gpt-4o', pictures: true })).toMatchObject({ tier: 'project' })
    const blind = tierGate({ default: { models: ['*'] } })
    const asker = { principal: { org: 'o', key: 'k' }, tier: 'default' }
    expect(blind(asker, { path: CHAT, model: 'gpt-4o', pictures: true }).refusal).toBeUndefined()
  })

  it('as far as its key goes, with tiers and without', () => {
    const scopes = { models: ['gpt-4o-*'], endpoints: ['text'] }
    expect(verdict({ tier: 'project', scopes, model: 'gpt-4o' })).toBe('model_not_allowed')
    expect(verdict({ tier: 'project', scopes, path: '/v1/images/generations' })).toBe('endpoint_not_allowed')
    expect(verdict({ scopes, model: 'gpt-4o-mini' })).toMatchObject({ tier: 'default' })
    expect(verdict({ scopes, model: 'gpt-4o-mini', pictures: true })).toBe('endpoint_not_allowed')
    const confined = { org: 'o', key: 'k', scopes }
    const none = tierGate({})({ principal: confined, tier: '' }, { path: CHAT, model: 'o3' })
    expect(none.refusal?.code).toBe('model_not_allowed')
  })

  it('as a key for some models, to what may use any model only where the key names its class', () => {
    const refusal = (scopes: KeyScopes, path: string) =>
      tierGate({})({ principal: { org: 'o', key: 'k', scopes }, tier: '' }, { path, model: undefined })
        .refusal?.code
    const models = ['gpt-4o-mini']
    expect(refusal({ models }, '/v1/batches')).toBe('endpoint_not_allowed')
    expect(refusal({ models }, '/v1/fine_tuning/jobs')).toBe('endpoint_not_allowed')
    expect(refusal({ models, endpoints: ['text', 'batches'] }, '/v1/batches')).toBeUndefined()
    expect(refusal({ models }, '/v1/models')).toBeUndefined()
    expect(refusal({}, '/v1/batches')).toBeUndefined()
  })
})

it('a fine-tuned model is opened by no pattern that does not say so', () => {
  const mini = tierGate({ default: { models: ['*-mini', 'ft:gpt-4o-mini*'] } })
  const asker = { principal: { org: 'o', key: 'k' }, tier: 'default' }
  const opens = (model: string) => mini(asker, { path: CHAT, model }).refusal === undefined
  expect(opens('gpt-4o-mini')).toBe(true)
  expect(opens('ft:gpt-4.1:acme::my-mini')).toBe(false)
  expect(opens('ft:gpt-4o-mini:acme::id')).toBe(true)
})
