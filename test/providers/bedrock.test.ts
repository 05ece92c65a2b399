import Anthropic from '@anthropic-ai/sdk'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { bedrockProvider } from '@tollgate/kit/wire'
import {
  EXAMPLE_PRICES,
  errorAfter,
  type SimulatedProviderOptions,
  simulatedProvider,
} from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { budgets, clientOf, collect, errorOf, expectBooked, messages, textOf } from '../support/openai.ts'

const REGION = 'eu-central-1'
const KEYS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const AWS = { ...KEYS, region: REGION }

const NOVA = 'amazon.nova-lite-v1:0'
const CLAUDE = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0'
/** The books of both sides know Claude by the name that Bedrock has for it as well. */
const prices = { ...EXAMPLE_PRICES, [CLAUDE]: EXAMPLE_PRICES['claude-haiku-4-5']! }

function bedrock(provider: SimulatedProviderOptions = {}) {
  return assemble({
    budgets,
    prices,
    provider: { aws: AWS, ...provider },
    routing: ({ baseUrl }) => ({
      providers: [bedrockProvider({ region: REGION, credentials: KEYS, baseUrl: new URL(baseUrl).origin })],
      routes: { nova: [`bedrock/${NOVA}`], claude: [`bedrock/${CLAUDE}`] },
    }),
  })
}

const anthropic = ({ url, key }: Assembly) =>
  new Anthropic({ baseURL: url.replace(/\/v1$/, ''), apiKey: key.secret, maxRetries: 0 })

/** AWS’s client speaks HTTP/2 to Bedrock by itself, and HTTP/1.1 by this. */
describe('AWS’s own client, at the simulated Bedrock', () => {
  async function client() {
    const provider = await simulatedProvider({ aws: AWS })
    closeAfter(() => provider.close())
    const aws = new BedrockRuntimeClient({
      region: REGION,
      credentials: KEYS,
      endpoint: new URL(provider.url).origin,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    })
    closeAfter(async () => aws.destroy())
    return { provider, aws }
  }
  const said = [{ role: 'user' as const, content: [{ text: 'What is a toll?' }] }]
  const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 20, messages })

  it('converses', async () => {
    const { provider, aws } = await client()
    const answer = await aws.send(new ConverseCommand({ modelId: NOVA, messages: said }))
    const [request] = provider.requests
    expect(answer.output?.message?.content?.[0]?.text).toBe(request?.texts[0])
    expect(answer.usage?.outputTokens).toBe(request?.usage.output)
  })

  it('converses in a stream, whose frames it can read', async () => {
    const { provider, aws } = await client()
    const answer = await aws.send(new ConverseStreamCommand({ modelId: NOVA, messages: said }))
    let text = ''
    let outputTokens: number | undefined
    for await (const { contentBlockDelta, metadata } of answer.stream!) {
      text += contentBlockDelta?.delta?.text ?? ''
      outputTokens = metadata?.usage?.outputTokens ?? outputTokens
    }
    const [request] = provider.requests
    expect([text, outputTokens]).toEqual([request?.texts[0], request?.usage.output])
  })

  it('invokes Claude, and in a stream', async () => {
    const { provider, aws } = await client()
    const answer = await aws.send(new InvokeModelCommand({ modelId: CLAUDE, body }))
    expect(JSON.parse(answer.body.transformToString()).content[0].text).toBe(provider.requests[0]?.texts[0])
    const stream = await aws.send(new InvokeModelWithResponseStreamCommand({ modelId: CLAUDE, body }))
    const events: string[] = []
    for await (const { chunk } of stream.body!) {
      events.push(JSON.parse(Buffer.from(chunk!.bytes!).toString()).type)
    }
    expect([events[0], events.at(-1)]).toEqual(['message_start', 'message_stop'])
  })

  it('counts tokens by the model itself, and by no inference profile', async () => {
    const { provider, aws } = await client()
    const counting = (modelId: string) =>
      aws.send(new CountTokensCommand({ modelId, input: { invokeModel: { body: Buffer.from(body) } } }))
    const { inputTokens } = await counting(CLAUDE.replace('eu.', ''))
    expect(inputTokens).toBeGreaterThan(0)
    await expect(counting(CLAUDE)).rejects.toThrow(/doesn't support counting tokens/)
    expect(provider.totals().nanoUsd).toBe(0)
  })

  it('is refused with keys that are not the right ones', async () => {
    const { provider } = await client()
    const stranger = new BedrockRuntimeClient({
      region: REGION,
      credentials: { ...KEYS, secretAccessKey: 'guessed' },
      endpoint: new URL(provider.url).origin,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    })
    const call = stranger.send(new ConverseCommand({ modelId: NOVA, messages: said }))
    await expect(call).rejects.toThrow(/signature/)
    stranger.destroy()
  })
})

describe('a model on Bedrock, by Converse', () => {
  it('serves OpenAI’s client', async () => {
    const assembly = await bedrock({ cachedTokens: 4, cacheWriteTokens: 3 })
    const answer = await clientOf(assembly).chat.completions.create({ model: 'nova', messages })
    const [request] = assembly.provider.requests
    expect(answer.choices[0]?.message.content).toBe(request?.texts[0])
    expect(request?.path).toBe('/model/amazon.nova-lite-v1%3A0/converse')
    expect(request?.usage).toMatchObject({ cachedInput: 4, cacheWrite: 3 })
    await expectBooked(assembly)
  })

  it('in a stream, cut wherever it may be', async () => {
    const assembly = await bedrock({ cut: 7 })
    const stream = await clientOf(assembly).chat.completions.create({
      model: 'nova',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await collect(stream)
    const [request] = assembly.provider.requests
    expect(textOf(chunks)).toBe(request?.texts[0])
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(request?.usage.output)
    await expectBooked(assembly)
  })

  it('calls tools, and is given their results', async () => {
    const assembly = await bedrock()
    const client = clientOf(assembly)
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters } }]
    const first = await client.chat.completions.create({
      model: 'nova',
      messages,
      tools,
      tool_choice: 'required',
    })
    const { message } = first.choices[0]!
    const [call] = message.tool_calls!
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    const results = message.tool_calls!.map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: 'Rain',
    }))
    const second = await client.chat.completions.create({
      model: 'nova',
      messages: [...messages, message, ...results],
      tools,
    })
    expect(call).toMatchObject({ function: { name: 'weather' } })
    expect(second.choices[0]?.message.content).toBe(assembly.provider.requests[1]?.texts[0])
    await expectBooked(assembly)
  })

  it('is held to the cap that the budget pays for', async () => {
    const assembly = await bedrock({ answerTokens: 100_000_000 })
    await clientOf(assembly).chat.completions.create({ model: 'nova', messages, max_tokens: 12 })
    expect(assembly.provider.requests[0]?.usage.output).toBe(12)
    await expectBooked(assembly)
  })

  it('says an exception inside a stream as an error, and is charged for what came', async () => {
    const assembly = await bedrock()
    assembly.provider.next(errorAfter(5))
    const call = clientOf(assembly).chat.completions.create({ model: 'nova', messages, stream: true })
    const error = await errorOf(call.then(collect))
    expect(error.message).toMatch(/error while processing/)
    await assembly.atRest()
    expect((await assembly.books()).spent).toBeGreaterThanOrEqual(assembly.provider.totals().nanoUsd)
  })
})

describe('Claude on Bedrock, by InvokeModel', () => {
  it('serves Anthropic’s client: the path says the model, the body its version and betas', async () => {
    const assembly = await bedrock({ cachedTokens: 4, cacheWriteTokens: 3 })
    const answer = await anthropic(assembly).beta.messages.create({
      model: 'claude',
      max_tokens: 50,
      messages,
      betas: ['context-1m-2025-08-07'],
    })
    const [request] = assembly.provider.requests
    expect(answer.content).toMatchObject([{ type: 'text', text: request?.texts[0] }])
    expect(request?.path).toBe(`/model/${encodeURIComponent(CLAUDE)}/invoke`)
    expect(request?.body).not.toHaveProperty('model')
    expect(request?.body).toMatchObject({
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['context-1m-2025-08-07'],
    })
    await expectBooked(assembly)
  })

  it('in a stream, as the events that it knows', async () => {
    const assembly = await bedrock({ cut: 11 })
    const stream = anthropic(assembly).messages.stream({ model: 'claude', max_tokens: 50, messages })
    const answer = await stream.finalMessage()
    expect(answer.content).toMatchObject([{ text: assembly.provider.requests[0]?.texts[0] }])
    await expectBooked(assembly)
  })

  it('serves OpenAI’s client, streamed', async () => {
    const assembly = await bedrock()
    const stream = await clientOf(assembly).chat.completions.create({
      model: 'claude',
      messages,
      stream: true,
    })
    expect(textOf(await collect(stream))).toBe(assembly.provider.requests[0]?.texts[0])
    await expectBooked(assembly)
  })
})

describe('a count of tokens, for Claude on Bedrock', () => {
  const asked = { model: 'claude', messages, system: 'Be brief.' }

  it('answers Anthropic’s client, free of charge, by the model itself', async () => {
    const assembly = await bedrock()
    const { input_tokens: tokens } = await anthropic(assembly).messages.countTokens(asked)
    const [request] = assembly.provider.requests
    expect(request?.path).toBe(`/model/${encodeURIComponent(CLAUDE.replace('eu.', ''))}/count-tokens`)
    const { input } = request!.body as { input: { invokeModel: { body: string } } }
    expect(JSON.parse(Buffer.from(input.invokeModel.body, 'base64').toString())).toEqual({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 1,
      messages,
      system: 'Be brief.',
    })
    expect(tokens).toBeGreaterThan(0)
    expect(assembly.provider.totals().nanoUsd).toBe(0)
    await expectBooked(assembly)
  })

  it('counts what Anthropic itself would', async () => {
    const counted = async (assembly: Assembly, model: string) =>
      (await anthropic(assembly).messages.countTokens({ ...asked, model })).input_tokens
    const direct = await assemble({
      budgets,
      prices,
      dialect: 'anthropic',
      provider: { countInput: 'o200k' },
    })
    expect(await counted(await bedrock({ countInput: 'o200k' }), 'claude')).toBe(
      await counted(direct, 'claude-haiku-4-5'),
    )
  })

  it('passes a refusal on in Anthropic’s words', async () => {
    const assembly = await bedrock()
    assembly.provider.next({
      refusal: { status: 400, message: 'messages: at least one message is required' },
    })
    await expect(anthropic(assembly).messages.countTokens(asked)).rejects.toMatchObject({
      status: 400,
      error: {
        type: 'error',
        error: { type: 'invalid_request_error', message: expect.stringContaining('at least one message') },
      },
    })
    await expectBooked(assembly)
  })

  it('is not had where no model of Anthropic’s is asked', async () => {
    const assembly = await bedrock()
    const counting = anthropic(assembly).messages.countTokens({ ...asked, model: 'nova' })
    await expect(counting).rejects.toMatchObject({ status: 404 })
    expect(assembly.provider.requests).toEqual([])
  })
})

describe('what Bedrock refuses', () => {
  const refusal = { status: 400, message: 'Input is too long for requested model.' }

  it('is said to Anthropic’s client in Anthropic’s words', async () => {
    const assembly = await bedrock()
    assembly.provider.next({ refusal })
    const call = anthropic(assembly).messages.create({ model: 'claude', max_tokens: 50, messages })
    await expect(call).rejects.toMatchObject({
      status: 400,
      error: {
        type: 'error',
        error: { type: 'invalid_request_error', message: `prompt is too long: ${refusal.message}` },
      },
    })
    await expectBooked(assembly)
  })

  it.each(['claude', 'nova'])('of %s is said to OpenAI’s in OpenAI’s', async (model) => {
    const assembly = await bedrock()
    assembly.provider.next({ refusal })
    const error = await errorOf(clientOf(assembly).chat.completions.create({ model, messages }))
    expect([error.status, error.type]).toEqual([400, 'invalid_request_error'])
    expect(error.message).toContain(refusal.message)
    await expectBooked(assembly)
  })
})

describe('Bedrock', () => {
  it('takes a key of its own in place of a signature', async () => {
    const assembly = await assemble({
      budgets,
      prices,
      provider: { apiKey: PROVIDER_KEY },
      routing: ({ baseUrl }) => ({
        providers: [
          bedrockProvider({ region: REGION, apiKey: PROVIDER_KEY, baseUrl: new URL(baseUrl).origin }),
        ],
        routes: { nova: [`bedrock/${NOVA}`] },
      }),
    })
    await clientOf(assembly).chat.completions.create({ model: 'nova', messages })
    expect(assembly.provider.requests[0]?.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`)
    await expectBooked(assembly)
  })

  it('that does not accept a signature is told of without the reason, which is the operator’s', async () => {
    const assembly = await bedrock({ aws: { ...AWS, secretAccessKey: 'another' } })
    const error = await errorOf(
      clientOf(assembly, { maxRetries: 0 }).chat.completions.create({ model: 'nova', messages }),
    )
    expect(error.message).not.toMatch(/signature/)
    await expectBooked(assembly)
  })
})
