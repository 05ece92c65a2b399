import OpenAI from 'openai'
import type { Response, ResponseInput } from 'openai/resources/responses/responses'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { errorAfter, serverError } from '../../behaviour.ts'
import { countTokens } from '../../count.ts'
import { type SimulatedProvider, simulatedProvider } from '../../simulated-provider.ts'

const ASK = { model: 'gpt-4o-mini', input: 'What does it cost?' }
const WEATHER = {
  type: 'function' as const,
  name: 'get_weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}
const USE = { ...ASK, input: 'Use get_weather.', tools: [WEATHER] }

let provider: SimulatedProvider
let openai: OpenAI

beforeAll(async () => {
  provider = await simulatedProvider()
  openai = new OpenAI({ baseURL: provider.url, apiKey: 'any', maxRetries: 0 })
})
afterAll(() => provider.close())
beforeEach(() => provider.reset())

const lastRequest = () => provider.requests.at(-1)!

/** What does not change from one request to the next. */
const contentsOf = ({ output, status, usage }: Pick<Response, 'output' | 'status' | 'usage'>) =>
  JSON.parse(
    JSON.stringify({ output, status, usage }, (key, value) =>
      key === 'id' || key === 'call_id' || key === 'parsed' || key === 'parsed_arguments' ? undefined : value,
    ),
  )

describe('responses', () => {
  it('answer, and what is counted is what the client received', async () => {
    const { output_text: text, usage, status } = await openai.responses.create(ASK)
    expect(status).toBe('completed')
    expect(lastRequest()).toMatchObject({ outcome: 'completed', texts: [text] })
    expect(usage!.output_tokens).toBe(countTokens(text))
    expect(lastRequest().nanoUsd).toBe(usage!.input_tokens * 150 + usage!.output_tokens * 600)
  })

  it.each([
    ['a text', ASK],
    ['a call', USE],
    ['thoughts', { ...ASK, model: 'gpt-5', reasoning: { effort: 'low', summary: 'auto' } as const }],
    ['thoughts that are sealed alone', { ...ASK, model: 'gpt-5', reasoning: { effort: 'low' } as const }],
  ])('are the same as their stream: %s', async (_, asked) => {
    const whole = await openai.responses.create(asked)
    const streamed = await openai.responses.stream(asked).finalResponse()
    expect(contentsOf(streamed)).toEqual(contentsOf(whole))
  })

  it('number their events, and end with the whole', async () => {
    const numbers: number[] = []
    const names: string[] = []
    let deltas = ''
    for await (const event of await openai.responses.create({ ...ASK, stream: true })) {
      numbers.push(event.sequence_number)
      if (event.type === 'response.output_text.delta') deltas += event.delta
      else names.push(event.type)
    }
    expect(numbers).toEqual(numbers.map((_, index) => index))
    expect(deltas).toBe(lastRequest().texts[0])
    expect(names).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
  })

  it('stop at a cap, incomplete', async () => {
    const { status, incomplete_details, usage } = await openai.responses.create({
      ...ASK,
      max_output_tokens: 16,
    })
    expect([status, incomplete_details, usage!.output_tokens]).toEqual([
      'incomplete',
      { reason: 'max_output_tokens' },
      16,
    ])
  })

  it('give thoughts a seal, and take no other back', async () => {
    const asking = {
      ...ASK,
      model: 'gpt-5',
      include: ['reasoning.encrypted_content' as const],
      reasoning: {},
    }
    const { output } = await openai.responses.create(asking)
    const user = { role: 'user' as const, content: 'And then?' }
    await openai.responses.create({ ...asking, input: [...output, user] as ResponseInput })
    const [thought] = output
    const forged = { ...thought, encrypted_content: 'gAAAA' }
    const bad = openai.responses.create({ ...asking, input: [forged, user] as ResponseInput })
    await expect(bad).rejects.toMatchObject({ code: 'invalid_encrypted_content' })
  })

  it('answer in the shape that is asked for', async () => {
    const schema = { type: 'object', properties: { price: { type: 'number' } } }
    const text = { format: { type: 'json_schema' as const, name: 'price', schema } }
    expect(JSON.parse((await openai.responses.create({ ...ASK, text })).output_text)).toEqual({ price: 1 })
  })
})

describe('errors', () => {
  it('come inside a stream', async () => {
    provider.next(errorAfter(3))
    const read = async () => {
      for await (const event of await openai.responses.create({ ...ASK, stream: true }))
        if (event.type === 'error') throw new Error(event.message)
    }
    await expect(read()).rejects.toThrow(serverError.refusal.message)
    expect(lastRequest().usage.output).toBe(3)
  })

  const call = { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{}' }
  const output = { type: 'function_call_output', call_id: 'call_1', output: '21' }
  const BAD: [what: string, fields: object, error: object][] = [
    ['no input', { input: undefined }, { param: 'input' }],
    ['a field of another endpoint', { messages: [] }, { param: 'messages', code: 'unknown_parameter' }],
    ['a cap that is too small', { max_output_tokens: 15 }, { param: 'max_output_tokens' }],
    [
      'an output without its call',
      { input: [output] },
      { message: expect.stringContaining('No tool call found') },
    ],
    [
      'a call without its output',
      { input: [call] },
      { message: expect.stringContaining('No tool output found') },
    ],
    [
      'a response that is not stored',
      { previous_response_id: 'resp_1' },
      { code: 'previous_response_not_found' },
    ],
  ]
  it.each(BAD)('refuse %s with 400, and bill nothing', async (_, fields, error) => {
    const asked = openai.responses.create({ ...ASK, ...fields } as typeof ASK)
    await expect(asked).rejects.toMatchObject({ status: 400, ...error })
    expect(lastRequest()).toMatchObject({ outcome: 'refused', nanoUsd: 0 })
  })
})
