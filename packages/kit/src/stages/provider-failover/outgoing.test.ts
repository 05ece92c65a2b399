import { describe, expect, it } from 'vitest'
import type { Toll } from '../../toll/toll.ts'
import { editCall } from '../../wire/edit.ts'
import { formatAt } from '../../wire/formats.ts'
import { parseCall } from '../../wire/receive.ts'
import type { Provider } from '../../wire/routes.ts'
import { outgoingCall } from './outgoing.ts'

const PATH = '/v1/chat/completions'
const BODY = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }], stream: true }
const call = parseCall(Buffer.from(JSON.stringify(BODY)), PATH, formatAt(PATH))!
const forwarded = { bytes: editCall(call, { maxOutputTokens: 100 })!.bytes, cap: 100 }
const openai: Provider = { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' }

/** What a deployment gets of a call that was forwarded with a cap of 100 tokens. */
async function bodyFor(deployment: { provider?: Provider; model?: string }, cap = 100): Promise<Buffer> {
  const toll = { cap, forwarded } as Toll
  const options = { req: { headers: {} } as never, call, toll, strict: false }
  return (await outgoingCall(options, { provider: openai, model: BODY.model, ...deployment })).body
}

describe('the request as budget-reserve has made it', () => {
  it('is sent as it is, where the deployment takes just that', async () => {
    expect(await bodyFor({})).toBe(forwarded.bytes)
  })

  it.each([
    ['a model by another name', { model: 'mini' }, 100, { model: 'mini', max_completion_tokens: 100 }],
    ['another cap, on a later attempt', {}, 50, { model: 'gpt-4o-mini', max_completion_tokens: 50 }],
    [
      'fields that its host wants',
      { provider: { ...openai, hosting: { fields: () => ({ store: false }) } } },
      100,
      { store: false, max_completion_tokens: 100 },
    ],
  ])('is made again from the original for %s', async (_, deployment, cap, expected) => {
    const body = await bodyFor(deployment, cap)
    expect(body).not.toBe(forwarded.bytes)
    expect(JSON.parse(body.toString())).toMatchObject({
      ...expected,
      stream_options: { include_usage: true },
    })
  })
})
