import { describe, expect, it } from 'vitest'
import { modelRoutes, type Provider } from './routes.ts'

const openai: Provider = { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' }
const claude: Provider = { name: 'claude', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' }

describe('a name that passes through', () => {
  it('goes to the provider that is known for it', () => {
    const routes = modelRoutes({ providers: [openai, claude], providerOf: () => 'claude' })
    expect(routes.resolve('claude-haiku-4-5', 'openai')).toEqual([
      { provider: claude, model: 'claude-haiku-4-5' },
    ])
  })

  it('goes to the first of the client’s dialect, when nobody is known for it', () => {
    const routes = modelRoutes({ providers: [openai, claude] })
    expect(routes.resolve('new', 'anthropic')[0]?.provider).toBe(claude)
  })

  it('goes to the first, when none speaks the client’s dialect', () => {
    const routes = modelRoutes({ providers: [openai, claude] })
    expect(routes.resolve('new', 'gemini')[0]?.provider).toBe(openai)
  })
})
