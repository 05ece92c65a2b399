import { priceBook } from '@tollgate/kit/meter'
import { describe, expect, it } from 'vitest'
import { routesOf } from './provider-routes.ts'

const prices = priceBook()
const openai = { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' } as const
const groq = { name: 'groq', dialect: 'openai', baseUrl: 'https://api.groq.com/openai/v1' } as const
const local = {
  name: 'local',
  dialect: 'openai',
  baseUrl: 'http://127.0.0.1:11434/v1',
  billing: 'none',
} as const

const goes = (routes: ReturnType<typeof routesOf>, model: string) =>
  routes.resolve(model, 'openai').map(({ provider, model }) => `${provider.name}/${model}`)

describe('routes', () => {
  it('send a model with a route of its own along it, in order', () => {
    const targets = [
      { provider: 'groq', model: 'llama-3.3-70b-versatile', weight: 1 },
      { provider: 'openai', model: 'gpt-4o', weight: 1 },
    ]
    const routes = routesOf(
      { routes: [{ model: 'best', targets, rules: {} }], passthrough: false },
      [openai, groq],
      { prices },
    )
    expect(goes(routes, 'best')).toEqual(['groq/llama-3.3-70b-versatile', 'openai/gpt-4o'])
    expect(goes(routes, 'gpt-4o')).toEqual([])
  })

  it('let other models pass to the provider that lists them, else to the first', () => {
    const routes = routesOf({ routes: [], passthrough: true }, [local, groq, openai], { prices })
    expect(goes(routes, 'gpt-4o')).toEqual(['openai/gpt-4o'])
    expect(goes(routes, 'llama-3.3-70b-versatile')).toEqual(['groq/llama-3.3-70b-versatile'])
    expect(goes(routes, 'my-own-model')).toEqual(['local/my-own-model'])
  })
})
