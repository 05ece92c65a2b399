import { expect } from 'vitest'
import { type Place, place, type Running } from './gateway.ts'
import { ask, type RawAnswer } from './raw.ts'

/** Where each dialect is asked, and by what its refusals are known. */
const DIALECTS = {
  openai: {
    path: '/v1/chat/completions',
    body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] },
    refusal: { error: { code: 'invalid_api_key', type: 'invalid_request_error' } },
  },
  anthropic: {
    path: '/v1/messages',
    body: { model: 'claude-haiku-4-5', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] },
    refusal: { type: 'error', error: { type: 'authentication_error', code: 'invalid_api_key' } },
  },
  gemini: {
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
    refusal: { error: { code: 401, status: 'UNAUTHENTICATED' } },
  },
} as const

export interface Gatekeeper extends Place {
  readonly gateway: Running
  /** Ask with these headers and nothing else that says who asks: a flat list of names and values. */
  ask(headers: readonly string[], dialect?: keyof typeof DIALECTS, query?: string): Promise<RawAnswer>
  /** Ask in every dialect, and see each refused in its own, the provider unasked, and nothing on the books. */
  refuses(headers: readonly string[], query?: string): Promise<void>
}

/** A gateway that knows callers as a config says, in front of a provider that is not there. */
export async function gatekeeper(yaml: string): Promise<Gatekeeper> {
  const here = await place(yaml)
  const gateway = await here.start()
  /** What the refused have been told, without where they put their keys: one text for all, whatever was wrong. */
  const texts = new Set<string>()
  const asking: Gatekeeper['ask'] = (headers, dialect = 'openai', query = '') => {
    const { path, body } = DIALECTS[dialect]
    return ask(gateway.url, {
      path: path + query,
      headers: ['content-type', 'application/json', ...headers],
      body: JSON.stringify(body),
    })
  }
  return {
    ...here,
    gateway,
    ask: asking,
    async refuses(headers, query) {
      for (const [dialect, { refusal }] of Object.entries(DIALECTS)) {
        const { status, text } = await asking(headers, dialect as keyof typeof DIALECTS, query)
        const body = JSON.parse(text)
        expect([status, body]).toMatchObject([401, refusal])
        expect(texts.add(textOf(body)).size, text).toBe(1)
      }
      expect(here.provider.requests).toHaveLength(0)
      const books = await (await gateway.admin('/admin/v1/spend?account=org:default')).json()
      expect(books).toMatchObject({ spent_usd: '0.000000000', reserved_usd: '0.000000000' })
    },
  }
}

function textOf({ error }: { error: { message: string } }): string {
  return error.message.replace(/ A `.key=`[^.]*\.|`.*`|Ref .*/g, '')
}
