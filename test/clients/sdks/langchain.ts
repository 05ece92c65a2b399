import { ChatAnthropic } from '@langchain/anthropic'
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type UsageMetadata,
} from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { type Client, MAX_TOKENS, RESULT, type Sdk, SYSTEM, TOLL, TOOLS } from './sdk.ts'

const tools = TOOLS.map(({ name, description, schema }) => ({ name, description, schema }))

export const langchainOpenai: Sdk = {
  name: '@langchain/openai',
  dialect: 'openai',
  model: 'gpt-4o-mini',
  open: ({ url, key }, { maxRetries = 0 } = {}) =>
    clientOf(
      new ChatOpenAI({
        model: langchainOpenai.model,
        apiKey: key.secret,
        maxRetries,
        configuration: { baseURL: url },
      }),
    ),
}

export const langchainAnthropic: Sdk = {
  name: '@langchain/anthropic',
  countsInputFirst: true,
  dialect: 'anthropic',
  model: 'claude-sonnet-4-5',
  open: ({ url, key }, { maxRetries = 0 } = {}) =>
    clientOf(
      new ChatAnthropic({
        model: langchainAnthropic.model,
        apiKey: key.secret,
        maxTokens: MAX_TOKENS,
        maxRetries,
        anthropicApiUrl: new URL(url).origin,
      }),
    ),
}

function clientOf(chat: ChatOpenAI | ChatAnthropic): Client {
  const model = chat as ChatOpenAI
  const asking = (question: string) => [new SystemMessage(SYSTEM), new HumanMessage(question)]
  return {
    ask: async (question) => saidBy(await model.invoke(asking(question))),
    stream: async (question) => saidBy(await joined(await model.stream(asking(question)))),
    async *deltas(question, signal) {
      const stream = await model.stream(asking(question), signal ? { signal } : {})
      for await (const { text } of stream) if (text !== '') yield text
    },
    useTools: async (question) => goOn(question, await model.bindTools(tools).invoke(asking(question))),
    async streamTools(question) {
      const message = await joined(await model.bindTools(tools).stream(asking(question)))
      return goOn(question, message)
    },
    async shape(question) {
      return model.withStructuredOutput({ title: 'toll', ...TOLL }).invoke(asking(question))
    },
  }

  async function goOn(question: string, message: AIMessageChunk) {
    const calls = message.tool_calls ?? []
    const results = calls.map(({ id }) => new ToolMessage({ tool_call_id: id!, content: RESULT }))
    const said = new AIMessage({ content: message.content, tool_calls: calls })
    const { text } = await model.bindTools(tools).invoke([...asking(question), said, ...results])
    return { calls: calls.map(({ name, args }) => ({ name, input: args })), text }
  }
}

async function joined(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | undefined
  for await (const chunk of stream) whole = whole ? whole.concat(chunk) : chunk
  return whole ?? new AIMessageChunk('')
}

function saidBy(message: AIMessageChunk) {
  const usage: UsageMetadata = (message as AIMessage).usage_metadata!
  return { text: message.text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens }
}
