import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import type { Turn } from '../../neutral/conversation.ts'
import { replay } from '../../neutral/replay.ts'
import { keepItems, keptItems } from './kept-items.ts'
import { responses } from './responses.ts'

const { readRequest, writeAnswer, streamEncoder } = responses.translation!

/** Another dialect's model that thinks, speaks and calls a tool, and then has its answer. */
const ANSWERS: readonly Answer['choices'][0][] = [
  {
    parts: [
      { type: 'reasoning', text: 'Hm.', seal: { from: 'messages', kind: 'signature', value: 'EqQB' } },
      { type: 'text', text: 'Let me look in “Öslo”.' },
      {
        type: 'tool_call',
        id: 'toolu_1',
        name: 'weather',
        arguments: '{"city":"Oslo"}',
        seal: { from: 'generate', value: 'CqQB' },
      },
    ],
    finish: { reason: 'tool_calls' },
  },
  { parts: [{ type: 'text', text: 'Rain.' }], finish: { reason: 'stop' } },
]

/** The AI SDK against what would stand between it and that model; `seen` is what the model is asked. */
function place(): { readonly openai: ReturnType<typeof createOpenAI>; readonly seen: (readonly Turn[])[] } {
  const seen: (readonly Turn[])[] = []
  const openai = createOpenAI({
    apiKey: 'tg-test',
    fetch: async (_url, init) => {
      const request: JsonObject = JSON.parse(String(init?.body))
      const choice = ANSWERS[seen.length]!
      seen.push(readRequest(request, { bytes: 0, path: '', query: '' }).turns)
      const id = `msg_${seen.length}`
      const answer: Answer = {
        id,
        model: 'm',
        createdAtSec: 1,
        choices: [choice],
        usage: { input: 9, output: 9 },
      }
      const asked = { model: 'fast', wantsUsage: true, request, requestId: 'req_1' }
      if (!request.stream) return Response.json(writeAnswer(answer, asked))
      const encoder = streamEncoder(asked)
      const text = [...replay(answer)].map((event) => encoder.push(event)).join('')
      return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  return { openai, seen }
}

describe('a conversation of the AI SDK, as it is by default', () => {
  it.each([
    ['streamed', 'gpt-5.6'],
    ['whole', 'gpt-5.6'],
    ['streamed', 'claude-sonnet-5'],
    ['whole', 'claude-sonnet-5'],
  ])('goes on with another dialect’s provider, %s, as %s', async (how, model) => {
    const { openai, seen } = place()
    const weather = tool({
      inputSchema: jsonSchema<{ city: string }>({ type: 'object' }),
      execute: async () => 'rain',
    })
    const options = {
      model: openai(model),
      prompt: 'Weather?',
      tools: { weather },
      stopWhen: stepCountIs(3),
    }
    const { text } = how === 'whole' ? await generateText(options) : streamText(options)
    expect(await text).toBe('Rain.')
    const [question] = seen[0]!
    expect(seen[1]).toEqual([
      question,
      { role: 'assistant', parts: ANSWERS[0]!.parts },
      {
        role: 'tool',
        parts: [{ type: 'tool_result', callId: 'toolu_1', parts: [{ type: 'text', text: 'rain' }] }],
      },
    ])
  })
})

describe('items that are kept', () => {
  const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [] }
  const call = { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'f', arguments: '{}' }

  it('are found by their ids', () => {
    const [, , keeper] = keepItems([message, call], {})
    expect(keptItems([{ type: 'item_reference', id: keeper!.id }])).toEqual(new Map([['msg_1', message]]))
  })

  it('are none where the client keeps whole items, or sends all of them anyway', () => {
    expect(keepItems([message], { store: false })).toEqual([message])
    expect(keepItems([call], {})).toEqual([call])
  })

  it.each(['rs_kept_', 'rs_kept_%%%', 'rs_kept_MTIz'])('are none in what was changed: %s', (id) => {
    expect(keptItems([{ id }]).size).toBe(0)
  })
})
