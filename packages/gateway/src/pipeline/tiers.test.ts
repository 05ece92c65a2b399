import { describe, expect, it } from 'vitest'
import { tierRules } from './tiers.ts'

const tier = (name: string, ...models: string[]) => ({ name, models, endpoints: [], approval: 'none' })
const team = (id: string, tier: string | undefined) => ({ id, tier, costCenter: undefined, budgets: [] })
const of = (team?: string) => ({ org: 'o', ...(team !== undefined && { team }) })

describe('tiers', () => {
  const rules = tierRules({
    tiers: [tier('default', 'gpt-4o-mini'), tier('best', '*')],
    teams: [team('research', 'best'), team('sales', 'default')],
  })

  it('belong to teams; whoever has none has the one called default', () => {
    expect(rules.tierOf(of('research'))).toBe('best')
    expect(rules.tierOf(of('sales'))).toBe('default')
    expect(rules.tierOf(of('gone'))).toBe('default')
    expect(rules.tierOf(of())).toBe('default')
  })

  it('include models by their patterns', () => {
    expect(rules.includes('default', 'gpt-4o-mini')).toBe(true)
    expect(rules.includes('default', 'gpt-4o')).toBe(false)
    expect(rules.includes('best', 'gpt-4o')).toBe(true)
    expect(rules.includes(undefined, 'gpt-4o-mini')).toBe(false)
  })

  it('are nothing for whoever has no team where none is called default', () => {
    const { tierOf } = tierRules({ tiers: [tier('best', '*')], teams: [team('research', 'best')] })
    expect(tierOf(of())).toBeUndefined()
  })

  it('include every model where none is declared', () => {
    const { tierOf, includes } = tierRules({ tiers: [], teams: [] })
    expect(includes(tierOf(of()), 'anything')).toBe(true)
  })
})
