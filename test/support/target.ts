import { afterEach, beforeEach, expect } from 'vitest'
import { type Assembly, type AssemblyOptions, assemble } from './assembly.ts'
import { ask, type RawRequest } from './raw.ts'

export const PATH = '/v1/chat/completions'
export const messages = [{ role: 'user', content: 'hello' }]
/** What the target serves. */
export const good = { model: 'gpt-4o-mini', messages, max_tokens: 20 }
/** The same, but for these fields, as a body. */
export const json = (fields: object): string => JSON.stringify({ ...good, ...fields })

export interface Refusal {
  readonly status?: number
  readonly code?: string
  readonly param?: string | null
}

export interface Target {
  gateway(): Assembly
  /** Where it listens, without `/v1`. */
  origin(): string
  /** Send it as no decent client would, with a good key and a JSON type unless told otherwise. */
  attack(request: Partial<RawRequest>): ReturnType<typeof ask>
  /** It is answered with a 4xx in OpenAI's shape, which no SDK retries. */
  expectRefused(request: Partial<RawRequest>, refusal?: Refusal): Promise<void>
}

/**
 * A gateway to be attacked, new for each test. Whatever was sent to it: nothing reached the provider, nothing was spent,
 * nothing is held, and the next good request is served.
 */
export function target(options: AssemblyOptions = {}): Target {
  let gateway: Assembly
  const origin = () => new URL(gateway.url).origin

  beforeEach(async () => {
    gateway = await assemble({ budgets: [{ limit_usd: '1.00', period: 'daily' }], ...options })
  })

  afterEach(async () => {
    expect(gateway.provider.totals()).toMatchObject({ requests: 0, nanoUsd: 0 })
    await gateway.atRest()
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0, unconfirmed: 0 })
    expect((await gateway.post('/chat/completions', good)).status).toBe(200)
  })

  const attack: Target['attack'] = ({ headers = [], ...request }) => {
    const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    const usual = { authorization: gateway.key.authorization, 'content-type': 'application/json' }
    const missing = Object.entries(usual).filter(([name]) => !names.includes(name))
    return ask(origin(), { path: PATH, ...request, headers: [...missing.flat(), ...headers] })
  }

  return {
    gateway: () => gateway,
    origin,
    attack,
    async expectRefused(request, { status = 400, code = 'invalid_request', param } = {}) {
      const answer = await attack(request)
      expect(answer.status, answer.text).toBe(status)
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(answer.headers['x-should-retry']).toBe('false')
      const { error } = JSON.parse(answer.text) as { error: Record<string, unknown> }
      const message = expect.stringMatching(/^Tollgate: .+ Ref [\w.-]+\.$/s)
      expect(error).toMatchObject({ code, message, type: expect.any(String) })
      if (param !== undefined) expect(error.param).toBe(param)
    },
  }
}
