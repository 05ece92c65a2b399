import OpenAI from 'openai'
import type { FunctionTool, Response, ResponseInput } from 'openai/resources/responses/responses'
import { type Client, RESULT, type Sdk, SYSTEM, TOLL, TOOLS } from './sdk.ts'

const model = 'gpt-4o-mini'
const tools = TOOLS.map(
  ({ name, description, schema }): FunctionTool => ({
    type: 'function',
    name,
    description,
    parameters: { ...schema },
    strict: true,
  }),
)

export const openaiResponses: Sdk = {
  name: 'openai, responses',
  dialect: 'openai',
  model,
  open: ({ url, key }, { maxRetries = 0 } = {}) =>
    clientOf(new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries })),
}

function clientOf({ responses }: OpenAI): Client {
  const asking = (input: string | ResponseInput) => ({ model, instructions: SYSTEM, input, store: false })
  return {
    ask: async (question) => saidBy(await responses.create(asking(question))),
    async stream(question) {
      let text = ''
      let last: Response | undefined
      for await (const event of await responses.create({ ...asking(question), stream: true })) {
        if (event.type === 'response.output_text.delta') text += event.delta
        if (event.type === 'response.completed') last = event.response
      }
      return { ...saidBy(last!), text }
    },
    async *deltas(question, signal) {
      const stream = await responses.create({ ...asking(question), stream: true }, { signal: signal ?? null })
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') yield event.delta
        // This SDK gives the failure of a response as an event; whoever reads it must look.
        if (event.type === 'response.failed' || event.type === 'error')
          throw new OpenAI.OpenAIError(event.type)
      }
    },
    useTools: async (question) => goOn(question, await responses.create({ ...asking(question), tools })),
    async streamTools(question) {
      const stream = responses.stream({ ...asking(question), tools })
      return goOn(question, await stream.finalResponse())
    },
    async shape(question) {
      const format = { type: 'json_schema', name: 'toll', strict: true, schema: { ...TOLL } } as const
      return JSON.parse((await responses.create({ ...asking(question), text: { format } })).output_text)
    },
  }

  async function goOn(question: string, { output }: Pick<Response, 'output'>) {
    const calls = output.filter((item) => item.type === 'function_call')
    const results = calls.map(({ call_id }) => ({
      type: 'function_call_output' as const,
      call_id,
      output: RESULT,
    }))
    const input: ResponseInput = [{ role: 'user', content: question }, ...output, ...results] as ResponseInput
    const { output_text: text } = await responses.create({ ...asking(input), tools })
    return { calls: calls.map(({ name, arguments: args }) => ({ name, input: JSON.parse(args) })), text }
  }
}

function saidBy({ output_text: text, usage }: Response) {
  return { text, inputTokens: usage!.input_tokens, outputTokens: usage!.output_tokens }
}
