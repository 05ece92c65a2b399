import type {
  ContentBlock,
  RawMessageStreamEvent as MessageEvent,
} from '@anthropic-ai/sdk/resources/messages'
import type { GenerateContentResponse, Part } from '@google/genai'
import type { ResponseFunctionToolCall, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import {
  type AgentRequest,
  CLAUDE_BETAS,
  claudeCode,
  claudeCodeCount,
  codex,
  codexUser,
  geminiCli,
} from './agents.ts'
import { SERVED_BY, servedBy } from './dialects.ts'

/** What such an agent may spend in a day. */
const budgets = [{ limit_usd: '25.00', period: 'daily' as const }]

/** What the agent puts its key in. */
type KeyHeader = 'authorization' | 'x-api-key' | 'x-goog-api-key'

async function send(
  { url, key }: Assembly,
  { path, headers, body }: AgentRequest,
  header: KeyHeader,
): Promise<Response> {
  const answer = await fetch(new URL(url).origin + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...headers,
      [header]: header === 'authorization' ? key.authorization : key.secret,
    },
    body: JSON.stringify(body),
  })
  expect(answer.status, await answer.clone().text()).toBe(200)
  return answer
}

/** The events of a stream, as the agent's own SDK has typed them. */
async function eventsOf<Event>(answer: Response): Promise<Event[]> {
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const data = (await answer.text()).matchAll(/^data: (.*)$/gm)
  return Array.from(data, ([, json]) => JSON.parse(json!))
}

/** The one question of both turns: the simulated model calls the tool that it names. */
const wish = (tool: string) => `Use ${tool} on the toll house.`

describe.each(SERVED_BY)('served by %s', (dialect) => {
  it('Claude Code: thinks, calls a tool, and gives the result back', async () => {
    const gateway = await servedBy(dialect, { budgets })
    const request = claudeCode(wish('Bash'))
    const events = await eventsOf<MessageEvent>(await send(gateway, request, 'authorization'))
    expect(events.at(-1)).toEqual({ type: 'message_stop' })
    const content = blocksOf(events)
    const call = content.find((block) => block.type === 'tool_use')
    expect(call).toMatchObject({ name: 'Bash', input: { command: 'sample' } })

    const messages = [
      ...(request.body.messages as object[]),
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call!.id, content: 'toll: 2' }] },
    ]
    const second = { ...request, body: { ...request.body, messages } }
    const answer = blocksOf(await eventsOf<MessageEvent>(await send(gateway, second, 'x-api-key')))
    expect(answer.at(-1)).toMatchObject({ type: 'text', text: gateway.provider.requests[1]!.texts[0] })
    await expectBooked(gateway)
  })

  it('Codex CLI: its sealed thoughts and its calls come back as they were given', async () => {
    const gateway = await servedBy(dialect, { budgets })
    const question = codexUser(wish('shell_command'))
    const ask = async (input: readonly object[]) =>
      eventsOf<ResponseStreamEvent>(await send(gateway, codex(input), 'authorization'))
    const events = await ask([question])
    const done = events.flatMap((event) => (event.type === 'response.output_item.done' ? [event.item] : []))
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { status: 'completed', output: done },
    })
    const call = done.find((item): item is ResponseFunctionToolCall => item.type === 'function_call')
    expect(JSON.parse(call!.arguments)).toMatchObject({ command: 'sample' })

    const output = { type: 'function_call_output', call_id: call!.call_id, output: 'toll: 2' }
    const answer = await ask([question, ...done, output])
    const said = answer.map((event) => (event.type === 'response.output_text.delta' ? event.delta : ''))
    expect(said.join('')).toBe(gateway.provider.requests[1]!.texts[0])
    await expectBooked(gateway)
  })

  it('Gemini CLI: reads a stream of thoughts, calls and texts', async () => {
    const gateway = await servedBy(dialect, { budgets })
    const question = { role: 'user', parts: [{ text: wish('read_file') }] }
    const ask = async (contents: readonly object[]) =>
      eventsOf<GenerateContentResponse>(await send(gateway, geminiCli(contents), 'x-goog-api-key'))
    const chunks = await ask([question])
    const call = partsOf(chunks).find(({ functionCall }) => functionCall)
    expect(call!.functionCall).toMatchObject({ name: 'read_file', args: { absolute_path: 'sample' } })
    const { inputTokens, outputTokens } = gateway.provider.totals()
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { totalTokenCount: inputTokens + outputTokens },
    })

    const { id, name } = call!.functionCall!
    const result = { functionResponse: { ...(id ? { id } : {}), name, response: { output: 'toll: 2' } } }
    const turns = [question, { role: 'model', parts: [call] }, { role: 'user', parts: [result] }]
    const said = partsOf(await ask(turns)).map(({ text = '', thought }) => (thought ? '' : text))
    expect(said.join('')).toBe(gateway.provider.requests[1]!.texts[0])
    await expectBooked(gateway)
  })
})

describe('their own provider gets what they have sent', () => {
  it('Claude Code: its betas, its name, and its body but for the model', async () => {
    const gateway = await servedBy('anthropic', { budgets })
    const request = claudeCode('Just say hello.')
    await (await send(gateway, request, 'authorization')).text()
    const { headers, body } = gateway.provider.requests[0]!
    expect(headers).toMatchObject({
      'anthropic-beta': CLAUDE_BETAS,
      'anthropic-version': '2023-06-01',
      'user-agent': request.headers['user-agent'],
    })
    expect(headers.authorization).toBeUndefined()
    expect(body).toEqual({ ...request.body, model: 'claude-haiku-4-5' })
  })

  it('Claude Code: counts before it asks, free of charge', async () => {
    const gateway = await servedBy('anthropic', { budgets })
    const answer = await send(gateway, claudeCodeCount('How long is this?'), 'authorization')
    expect(await answer.json()).toMatchObject({ input_tokens: expect.any(Number) })
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('Codex CLI: its name, and its body but for the model', async () => {
    const gateway = await servedBy('openai', {
      budgets,
      routing: (simulated) => ({ providers: [simulated], routes: { '*': ['openai/gpt-5-mini'] } }),
    })
    const request = codex([codexUser('Just say hello.')])
    await (await send(gateway, request, 'authorization')).text()
    const { headers, body } = gateway.provider.requests[0]!
    expect(headers).toMatchObject({
      'user-agent': request.headers['user-agent'],
      'openai-beta': 'responses=experimental',
    })
    expect(body).toMatchObject({ ...request.body, model: 'gpt-5-mini' })
  })

  it('Gemini CLI: its client header, and all of its fields', async () => {
    const gateway = await servedBy('gemini', { budgets })
    const request = geminiCli([{ role: 'user', parts: [{ text: 'Just say hello.' }] }])
    await (await send(gateway, request, 'x-goog-api-key')).text()
    const { headers, body, path } = gateway.provider.requests[0]!
    expect(path).toBe('/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse')
    expect(headers['x-goog-api-client']).toBe(request.headers['x-goog-api-client'])
    const { generationConfig, ...fields } = request.body
    expect(body).toMatchObject({ ...fields, generationConfig: generationConfig as object })
  })
})

/** The content of a message, put together from its events as the agent does it. */
function blocksOf(events: readonly MessageEvent[]): ContentBlock[] {
  const blocks: ContentBlock[] = []
  const json: string[] = []
  for (const event of events) {
    if (event.type === 'content_block_start') blocks[event.index] = { ...event.content_block }
    if (event.type !== 'content_block_delta') continue
    const { index, delta } = event
    const block = blocks[index]!
    if (delta.type === 'input_json_delta') json[index] = (json[index] ?? '') + delta.partial_json
    if (delta.type === 'text_delta' && block.type === 'text') block.text += delta.text
    if (block.type !== 'thinking') continue
    if (delta.type === 'thinking_delta') block.thinking += delta.thinking
    if (delta.type === 'signature_delta') block.signature = delta.signature
  }
  return blocks.map((block, index) =>
    block.type === 'tool_use' && json[index] ? { ...block, input: JSON.parse(json[index]) } : block,
  )
}

function partsOf(chunks: readonly GenerateContentResponse[]): Part[] {
  return chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
}
