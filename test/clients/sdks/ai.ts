import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, isStepCount, jsonSchema, type LanguageModel, Output, streamText, tool } from 'ai'
import type { Assembly } from '../../support/assembly.ts'
import { type Client, MAX_TOKENS, type Opening, RESULT, type Sdk, SYSTEM, TOLL, TOOLS } from './sdk.ts'

const tools = Object.fromEntries(
  TOOLS.map(({ name, description, schema }) => [
    name,
    tool({ description, inputSchema: jsonSchema(schema), execute: async () => RESULT }),
  ]),
)

/** The default of `@ai-sdk/openai` is Responses. */
export const aiOpenai: Sdk = {
  name: 'ai, @ai-sdk/openai',
  dialect: 'openai',
  model: 'gpt-4o-mini',
  open: ({ url, key }, opening) =>
    clientOf(createOpenAI({ baseURL: url, apiKey: key.secret })(aiOpenai.model), opening),
}

export const aiOpenaiChat: Sdk = {
  ...aiOpenai,
  name: 'ai, @ai-sdk/openai, chat',
  open: ({ url, key }, opening) =>
    clientOf(createOpenAI({ baseURL: url, apiKey: key.secret }).chat(aiOpenai.model), opening),
}

/** Its base URL has the version in it, which that of Anthropic's own SDK has not. */
export const aiAnthropic: Sdk = {
  name: 'ai, @ai-sdk/anthropic',
  dialect: 'anthropic',
  model: 'claude-sonnet-4-5',
  open: ({ url, key }, opening) =>
    clientOf(createAnthropic({ baseURL: url, apiKey: key.secret })(aiAnthropic.model), opening),
}

export const aiGoogle: Sdk = {
  name: 'ai, @ai-sdk/google',
  dialect: 'gemini',
  model: 'gemini-2.5-flash',
  open: (gateway, opening) => clientOf(createGoogle(googleAt(gateway))(aiGoogle.model), opening),
}

function googleAt({ url, key }: Assembly) {
  return { baseURL: `${new URL(url).origin}/v1beta`, apiKey: key.secret }
}

function clientOf(model: LanguageModel, { maxRetries = 0 }: Opening = {}): Client {
  const asking = (prompt: string) => ({
    model,
    system: SYSTEM,
    prompt,
    maxOutputTokens: MAX_TOKENS,
    maxRetries,
  })
  return {
    async ask(question) {
      const { text, usage } = await generateText(asking(question))
      return { text, inputTokens: usage.inputTokens!, outputTokens: usage.outputTokens! }
    },
    async stream(question) {
      const result = streamText(asking(question))
      let text = ''
      for await (const delta of result.textStream) text += delta
      const { inputTokens, outputTokens } = await result.usage
      return { text, inputTokens: inputTokens!, outputTokens: outputTokens! }
    },
    async *deltas(question, abortSignal) {
      const result = streamText({
        ...asking(question),
        ...(abortSignal && { abortSignal }),
        onError() {},
      })
      for await (const part of result.fullStream) {
        if (part.type === 'text-delta') yield part.text
        // What fails in a stream of texts is told to nobody who does not look for it.
        if (part.type === 'error') throw part.error
      }
    },
    async useTools(question) {
      const { steps, text } = await generateText({ ...asking(question), tools, stopWhen: isStepCount(2) })
      return { calls: callsIn(steps), text }
    },
    async streamTools(question) {
      const result = streamText({ ...asking(question), tools, stopWhen: isStepCount(2) })
      await result.consumeStream()
      return { calls: callsIn(await result.steps), text: await result.text }
    },
    async shape(question) {
      const output = Output.object({ schema: jsonSchema(TOLL) })
      return (await generateText({ ...asking(question), output })).output
    },
  }
}

function callsIn(steps: readonly { readonly toolCalls: readonly { toolName: string; input: unknown }[] }[]) {
  return steps.flatMap(({ toolCalls }) => toolCalls.map(({ toolName: name, input }) => ({ name, input })))
}
