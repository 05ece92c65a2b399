import Anthropic from '@anthropic-ai/sdk'
import type { Message, MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages'
import { type Client, MAX_TOKENS, RESULT, type Said, type Sdk, SYSTEM, TOLL, TOOLS } from './sdk.ts'

const model = 'claude-sonnet-4-5'
const tools = TOOLS.map(
  ({ name, description, schema }): Tool => ({ name, description, input_schema: { ...schema } }),
)

export const anthropic: Sdk = {
  name: '@anthropic-ai/sdk',
  dialect: 'anthropic',
  model,
  open: ({ url, key }, { maxRetries = 0 } = {}) =>
    clientOf(new Anthropic({ baseURL: new URL(url).origin, apiKey: key.secret, maxRetries })),
}

function clientOf({ messages: api }: Anthropic): Client {
  const asking = (messages: MessageParam[]) => ({ model, max_tokens: MAX_TOKENS, system: SYSTEM, messages })
  return {
    ask: async (question) => saidBy(await api.create(asking([user(question)]))),
    async stream(question) {
      const stream = api.stream(asking([user(question)]))
      let text = ''
      stream.on('text', (delta) => {
        text += delta
      })
      return { ...saidBy(await stream.finalMessage()), text }
    },
    async *deltas(question, signal) {
      const asked = { ...asking([user(question)]), stream: true } as const
      for await (const event of await api.create(asked, { signal: signal ?? null })) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text
      }
    },
    useTools: async (question) => goOn(question, await api.create({ ...asking([user(question)]), tools })),
    streamTools: async (question) =>
      goOn(question, await api.stream({ ...asking([user(question)]), tools }).finalMessage()),
    async shape(question) {
      const format = { type: 'json_schema', schema: { ...TOLL } } as const
      return JSON.parse(textOf(await api.create({ ...asking([user(question)]), output_config: { format } })))
    },
  }

  async function goOn(question: string, { content }: Message) {
    const calls = content.filter((block) => block.type === 'tool_use')
    const results = calls.map(({ id }) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: RESULT,
    }))
    const said: MessageParam[] = [
      user(question),
      { role: 'assistant', content },
      { role: 'user', content: results },
    ]
    const answer = await api.create({ ...asking(said), tools })
    return { calls: calls.map(({ name, input }) => ({ name, input })), text: textOf(answer) }
  }
}

function user(content: string): MessageParam {
  return { role: 'user', content }
}

function textOf({ content }: Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

/** What is read from the cache, and what is written to it, stands beside the input. */
function saidBy(message: Message): Said {
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = message.usage
  return {
    text: textOf(message),
    inputTokens: input_tokens + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0),
    outputTokens: output_tokens,
  }
}
