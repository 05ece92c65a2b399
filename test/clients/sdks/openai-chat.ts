import OpenAI from 'openai'
import type {
  ChatCompletionMessage,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from 'openai/resources/chat/completions'
import type { CompletionUsage } from 'openai/resources/completions'
import { type Client, RESULT, type Sdk, SYSTEM, TOLL, TOOLS } from './sdk.ts'

const model = 'gpt-4o-mini'
const tools = TOOLS.map(
  ({ name, description, schema }): ChatCompletionTool => ({
    type: 'function',
    function: { name, description, parameters: { ...schema }, strict: true },
  }),
)

export const openaiChat: Sdk = {
  name: 'openai, chat',
  dialect: 'openai',
  model,
  open: ({ url, key }, { maxRetries = 0 } = {}) =>
    clientOf(new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries })),
}

function clientOf({ chat: { completions } }: OpenAI): Client {
  const asking = (question: string) => ({ model, messages: messagesOf(question) })
  return {
    async ask(question) {
      const { choices, usage } = await completions.create(asking(question))
      return { text: choices[0]!.message.content!, ...tokens(usage) }
    },
    async stream(question) {
      let text = ''
      let usage: CompletionUsage | null | undefined
      const options = { stream: true, stream_options: { include_usage: true } } as const
      for await (const chunk of await completions.create({ ...asking(question), ...options })) {
        text += chunk.choices[0]?.delta.content ?? ''
        usage = chunk.usage ?? usage
      }
      return { text, ...tokens(usage) }
    },
    async *deltas(question, signal) {
      const stream = await completions.create(
        { ...asking(question), stream: true },
        { signal: signal ?? null },
      )
      for await (const { choices } of stream) if (choices[0]?.delta.content) yield choices[0].delta.content
    },
    async useTools(question) {
      const { choices } = await completions.create({ ...asking(question), tools })
      return goOn(question, choices[0]!.message)
    },
    async streamTools(question) {
      const runner = completions.stream({ ...asking(question), tools })
      return goOn(question, (await runner.finalChatCompletion()).choices[0]!.message)
    },
    async shape(question) {
      const json_schema = { name: 'toll', strict: true, schema: { ...TOLL } }
      const { choices } = await completions.create({
        ...asking(question),
        response_format: { type: 'json_schema', json_schema },
      })
      return JSON.parse(choices[0]!.message.content!)
    },
  }

  async function goOn(question: string, message: ChatCompletionMessage) {
    const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function')
    const results = calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: RESULT }))
    const messages = [...messagesOf(question), message, ...results]
    const { choices } = await completions.create({ model, messages, tools })
    return {
      calls: calls.map(({ function: called }) => ({
        name: called.name,
        input: JSON.parse(called.arguments),
      })),
      text: choices[0]!.message.content!,
    }
  }
}

function messagesOf(question: string): ChatCompletionMessageParam[] {
  return [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: question },
  ]
}

function tokens(usage: CompletionUsage | null | undefined) {
  return { inputTokens: usage!.prompt_tokens, outputTokens: usage!.completion_tokens }
}
