import type { ModelRoutesOptions, Provider } from '@tollgate/kit/wire'
import { EXAMPLE_PRICES } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { budgets } from '../support/openai.ts'

/** One model that is served by providers of several dialects, each under its own name for it. */
function routing(origin: string, order: readonly string[]): ModelRoutesOptions {
  const providers: Provider[] = [
    { name: 'openai', dialect: 'openai', baseUrl: `${origin}/v1` },
    { name: 'anthropic', dialect: 'anthropic', baseUrl: origin },
    { name: 'gemini', dialect: 'gemini', baseUrl: `${origin}/v1beta` },
  ]
  return { providers, routes: { best: order } }
}

const MODELS = {
  openai: 'openai/gpt-4.1-mini',
  anthropic: 'anthropic/claude-haiku-4-5',
  gemini: 'gemini/gemini-2.5-pro',
} as const

/**
 * A conversation that goes on elsewhere because its provider has failed: the thoughts of the first stand in its history,
 * wrapped for the client. The next provider, whose own dialect the client speaks, would refuse them.
 */
it('a thought that Gemini has signed goes back to Gemini, and not to Anthropic, who takes the conversation over', async () => {
  const order = [MODELS.gemini, MODELS.anthropic]
  const assembly = await assemble({
    budgets,
    prices: EXAMPLE_PRICES,
    routing: ({ baseUrl }) => routing(new URL(baseUrl).origin, order),
  })
  const content = [
    { type: 'thinking', thinking: 'Hm.', signature: 'tollgate:generate:-::c2VhbGVk' },
    { type: 'text', text: 'Five.' },
  ]
  const body = {
    model: 'best',
    max_tokens: 100,
    messages: [
      { role: 'user', content: 'What does a toll cost?' },
      { role: 'assistant', content },
      { role: 'user', content: 'And a bridge?' },
    ],
  }
  assembly.provider.next({ refusal: { status: 503, message: 'Busy' } })
  const answer = await assembly.post('/messages', body)
  const [toGemini, toAnthropic] = assembly.provider.requests
  expect(answer.status).toBe(200)
  expect(JSON.stringify(toGemini?.body)).toContain('c2VhbGVk')
  expect(JSON.stringify(toAnthropic?.body)).not.toMatch(/tollgate:|Hm\./)
  expect(answer.headers.get('x-tollgate-lost')).toBe('foreign_reasoning')
})
