import OpenAI, { APIError } from 'openai'
import { describe, expect, it } from 'vitest'
import type { Asked, Format } from '../format.ts'
import type { Answer } from '../neutral/answer.ts'
import { replay } from '../neutral/replay.ts'
import type { StreamEvent } from '../neutral/stream.ts'
import { chat } from './chat/chat.ts'
import { responses } from './responses/responses.ts'

/** An answer of Anthropic's, with all that its clients can be shown of it. */
const ANSWER: Answer = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  model: 'claude-sonnet-5',
  createdAtSec: 1_795_000_000,
  choices: [
    {
      parts: [
        {
          type: 'reasoning',
          text: 'The user wants the weather in two cities.',
          seal: { from: 'messages', kind: 'signature', value: 'EqQBCkYIBxgC' },
        },
        { type: 'text', text: 'Let me look. ' },
        {
          type: 'text',
          text: 'Paris is in France.',
          citations: [{ url: 'https://example.com/paris', title: 'Paris' }],
        },
        { type: 'tool_call', id: 'toolu_01', name: 'get_weather', arguments: '{"city":"Paris"}' },
        { type: 'tool_call', id: 'toolu_02', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      ],
      finish: { reason: 'tool_calls' },
    },
  ],
  usage: { input: 100, cachedInput: 1_000, cacheWrite: 200, output: 60, reasoning: 20 },
}

const FAILED: readonly StreamEvent[] = [
  ...[...replay(ANSWER)].slice(0, 6),
  { type: 'error', error: { status: 529, kind: 'overloaded', message: 'Overloaded.' } },
  { type: 'end' },
]

function clientOf({ translation }: Format, events: Iterable<StreamEvent> = replay(ANSWER)): OpenAI {
  return new OpenAI({
    apiKey: 'tg-test',
    maxRetries: 0,
    fetch: async (_url, init) => {
      const request = JSON.parse(String(init?.body))
      const wantsUsage = request.stream_options?.include_usage === true
      const asked: Asked = { model: request.model, wantsUsage, request, requestId: 'req_1' }
      if (!request.stream) return Response.json(translation!.writeAnswer(ANSWER, asked))
      const encoder = translation!.streamEncoder(asked)
      const text = [...events].map((event) => encoder.push(event)).join('')
      return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
}

const question = { model: 'fast', messages: [{ role: 'user' as const, content: 'Weather?' }] }

describe('OpenAI’s own SDK', () => {
  it('reads a chat completion', async () => {
    const { choices, usage, id, model } = await clientOf(chat).chat.completions.create(question)
    expect({ id, model }).toEqual({ id: `chatcmpl-${ANSWER.id}`, model: 'fast' })
    const { message, finish_reason } = choices[0]!
    expect(finish_reason).toBe('tool_calls')
    expect(message.content).toBe('Let me look. Paris is in France.')
    expect(message.annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'https://example.com/paris', title: 'Paris', start_index: 13, end_index: 32 },
      },
    ])
    expect(message.tool_calls).toMatchObject([
      { id: 'toolu_01', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
      { id: 'toolu_02' },
    ])
    expect(message).toMatchObject({ reasoning_content: 'The user wants the weather in two cities.' })
    expect(usage).toEqual({
      prompt_tokens: 1_300,
      completion_tokens: 60,
      total_tokens: 1_360,
      prompt_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 200, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 20 },
    })
  })

  it('puts a chat stream together to the same completion', async () => {
    const client = clientOf(chat)
    const stream = client.chat.completions.stream({ ...question, stream_options: { include_usage: true } })
    const streamed = await stream.finalChatCompletion()
    const whole = await client.chat.completions.create(question)
    expect(streamed.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'Let me look. Paris is in France.',
        tool_calls: whole.choices[0]!.message.tool_calls,
      },
    })
    expect(streamed.usage).toEqual(whole.usage)
  })

  it('is sent no usage that it did not ask for', async () => {
    const stream = await clientOf(chat).chat.completions.create({ ...question, stream: true })
    for await (const chunk of stream) expect(chunk).not.toHaveProperty('usage')
  })

  it('raises what a chat stream fails with', async () => {
    const stream = await clientOf(chat, FAILED).chat.completions.create({ ...question, stream: true })
    await expect(drain(stream)).rejects.toMatchObject({
      code: 'server_is_overloaded',
      message: 'Overloaded.',
    })
  })

  it('reads a response', async () => {
    const response = await clientOf(responses).responses.create({
      model: 'fast',
      instructions: 'Be brief.',
      input: 'Weather?',
      metadata: { team: 'a' },
      store: false,
    })
    expect(response.output_text).toBe('Let me look. Paris is in France.')
    expect(response).toMatchObject({
      id: `resp_${ANSWER.id}`,
      model: 'fast',
      status: 'completed',
      instructions: 'Be brief.',
      metadata: { team: 'a' },
      error: null,
      tools: [],
      store: false,
    })
    expect(response.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ])
    expect(new Set(response.output.map(({ id }) => id)).size).toBe(4)
    expect(response.usage).toEqual({
      input_tokens: 1_300,
      output_tokens: 60,
      total_tokens: 1_360,
      input_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 200 },
      output_tokens_details: { reasoning_tokens: 20 },
    })
  })

  it('puts a stream of events together to the same response', async () => {
    const client = clientOf(responses)
    const request = { model: 'fast', input: 'Weather?' }
    const streamed = await client.responses.stream(request).finalResponse()
    const whole = await client.responses.create(request)
    expect(JSON.parse(JSON.stringify(streamed.output))).toMatchObject(
      JSON.parse(JSON.stringify(whole.output)),
    )
    expect(streamed.usage).toEqual(whole.usage)
    expect(streamed.output_text).toBe(whole.output_text)
  })

  it('counts the events of a response, and names each after its type', async () => {
    const stream = await clientOf(responses).responses.create({ model: 'fast', input: 'Hi.', stream: true })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events.map((event) => 'sequence_number' in event && event.sequence_number)).toEqual(
      events.map((_, index) => index),
    )
    expect(events[0]!.type).toBe('response.created')
    expect(events.at(-1)!.type).toBe('response.completed')
  })

  it('raises what a stream of events fails with', async () => {
    const stream = await clientOf(responses, FAILED).responses.create({
      model: 'fast',
      input: 'Hi.',
      stream: true,
    })
    await expect(drain(stream)).rejects.toBeInstanceOf(APIError)
  })

  it.each([
    ['chat', chat],
    ['responses', responses],
  ])('raises what the gateway itself says in the middle of a stream: %s', async (_, format) => {
    const error = {
      message: 'Tollgate: used up.',
      type: 'insufficient_quota',
      param: null,
      code: 'budget_exceeded',
    }
    const client = new OpenAI({
      apiKey: 'tg-test',
      fetch: async () =>
        new Response(new Uint8Array(format.streamError({ error })), {
          headers: { 'content-type': 'text/event-stream' },
        }),
    })
    const stream =
      format === chat
        ? await client.chat.completions.create({ ...question, stream: true })
        : await client.responses.create({ model: 'fast', input: 'Hi.', stream: true })
    await expect(drain(stream as AsyncIterable<unknown>)).rejects.toMatchObject({ code: 'budget_exceeded' })
  })
})

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
