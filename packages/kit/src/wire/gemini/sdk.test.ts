import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FunctionCallingConfigMode, GoogleGenAI, ThinkingLevel } from '@google/genai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatAt } from '../formats.ts'
import type { Answer } from '../neutral/answer.ts'
import { replay } from '../neutral/replay.ts'
import { parseCall } from '../receive.ts'
import type { ReceivedCall } from '../received-call.ts'
import { writeAnswer } from './generate/answer-writer.ts'
import { readRequest } from './generate/request-reader.ts'
import { streamEncoder } from './generate/stream-encoder.ts'
import { streamError } from './stream-error.ts'

/** What Google's own SDK sends, and what it makes of our answers. */

const ANSWER: Answer = {
  id: 'r1',
  model: 'gpt-5',
  createdAtSec: 0,
  choices: [
    {
      parts: [
        { type: 'reasoning', text: 'Hm.', seal: { from: 'messages', value: 'c2ln' } },
        { type: 'text', text: 'Grüß Gott' },
        { type: 'tool_call', id: 't1', name: 'weather', arguments: '{"city":"Köln"}' },
      ],
      finish: { reason: 'tool_calls' },
    },
  ],
  usage: { input: 10, cachedInput: 2, output: 30, reasoning: 20 },
}
const asked = { model: 'gemini-3-flash', wantsUsage: true, request: {}, requestId: 'req_1' }

let server: Server
let received: ReceivedCall[]
let answer: (call: ReceivedCall) => { type: string; body: string | Buffer; status?: number }
let ai: GoogleGenAI

beforeEach(async () => {
  received = []
  server = createServer(async (req, res) => {
    const url = req.url!
    const bytes = Buffer.concat(await req.toArray())
    const call = parseCall(bytes, url, formatAt(url.split('?')[0]!)!)!
    received.push(call)
    const { type, body, status = 200 } = answer(call)
    res.writeHead(status, { 'content-type': type }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}`
  ai = new GoogleGenAI({
    apiKey: 'tg-1',
    vertexai: false,
    httpOptions: { baseUrl, retryOptions: { attempts: 1 } },
  })
})
afterEach(() => server.close())

const whole = () => ({ type: 'application/json', body: JSON.stringify(writeAnswer(ANSWER, asked)) })
const streamed = () => {
  const encoder = streamEncoder(asked)
  const body = [...replay(ANSWER)].map((event) => encoder.push(event)).join('')
  return { type: 'text/event-stream', body }
}

describe('@google/genai', () => {
  it('sends conversations that are read', async () => {
    answer = whole
    await ai.models.generateContent({
      model: 'gemini-3-flash',
      contents: ['Hello', { inlineData: { mimeType: 'image/png', data: 'AA==' } }],
      config: {
        systemInstruction: 'Be brief.',
        maxOutputTokens: 50,
        temperature: 0,
        thinkingConfig: { thinkingLevel: ThinkingLevel.LOW, includeThoughts: true },
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: { type: 'object' } }] }],
        toolConfig: {
          functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] },
        },
      },
    })
    const [call] = received
    expect(call).toMatchObject({
      model: 'gemini-3-flash',
      stream: false,
      maxOutputTokens: 50,
      unboundedInput: true,
    })
    expect(readRequest(call!.body, call!.target)).toEqual({
      model: 'gemini-3-flash',
      stream: false,
      turns: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Hello' },
            { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'AA==' } },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
      toolChoice: { mode: 'tool', name: 'weather' },
      sampling: { temperature: 0 },
      maxOutputTokens: 50,
      reasoning: { effort: 'low', show: 'summary' },
      foreign: [],
    })
  })

  it('understands our answers', async () => {
    answer = whole
    const said = await ai.models.generateContent({ model: 'gemini-3-flash', contents: 'Hello' })
    expect(said.text).toBe('Grüß Gott')
    expect(said.functionCalls).toEqual([{ id: 't1', name: 'weather', args: { city: 'Köln' } }])
    expect(said.candidates?.[0]?.finishReason).toBe('STOP')
    expect(said.usageMetadata).toMatchObject({
      promptTokenCount: 12,
      cachedContentTokenCount: 2,
      candidatesTokenCount: 10,
      thoughtsTokenCount: 20,
      totalTokenCount: 42,
    })
  })

  it('keeps a chat that is streamed, seals of another dialect included', async () => {
    answer = streamed
    const chat = ai.chats.create({ model: 'gemini-3-flash' })
    let text = ''
    for await (const chunk of await chat.sendMessageStream({ message: 'Hello' })) text += chunk.text ?? ''
    expect(text).toBe('Grüß Gott')
    await chat.sendMessageStream({
      message: { functionResponse: { id: 't1', name: 'weather', response: { output: '20°' } } },
    })
    const [first, second] = received
    expect(first).toMatchObject({ stream: true })
    expect(readRequest(second!.body, second!.target).turns).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', parts: ANSWER.choices[0].parts },
      {
        role: 'tool',
        parts: [
          { type: 'tool_result', callId: 't1', name: 'weather', parts: [{ type: 'text', text: '20°' }] },
        ],
      },
    ])
  })

  it('raises an error inside a stream', async () => {
    const error = {
      error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Tollgate: the budget is used up.' },
    }
    answer = () => ({ type: 'text/event-stream', body: streamError(error) })
    const stream = await ai.models.generateContentStream({ model: 'gemini-3-flash', contents: 'Hello' })
    await expect(stream.next()).rejects.toThrow('the budget is used up')
  })

  it('asks for embeddings and counts by paths that are metered', async () => {
    answer = (call) => ({
      type: 'application/json',
      body: JSON.stringify(
        call.endpoint === 'count' ? { totalTokens: 3 } : { embeddings: [{ values: [0.5] }] },
      ),
    })
    await ai.models.embedContent({ model: 'gemini-embedding-001', contents: ['a', 'b'] })
    await ai.models.countTokens({ model: 'gemini-3-flash', contents: 'Hello' })
    expect(received.map(({ endpoint, model }) => `${endpoint} ${model}`)).toEqual([
      'embed gemini-embedding-001',
      'count gemini-3-flash',
    ])
    expect(received[0]!.format.inputTexts(received[0]!.body)).toEqual(['a', 'b'])
  })
})
