import {
  type Content,
  type FunctionCall,
  type GenerateContentResponse,
  type GenerateContentResponseUsageMetadata,
  GoogleGenAI,
  type Part,
} from '@google/genai'
import { type Client, RESULT, type Sdk, SYSTEM, TOLL, TOOLS } from './sdk.ts'

const model = 'gemini-2.5-flash'
const tools = [
  {
    functionDeclarations: TOOLS.map(({ name, description, schema }) => ({
      name,
      description,
      parametersJsonSchema: schema,
    })),
  },
]

export const google: Sdk = {
  name: '@google/genai',
  dialect: 'gemini',
  model,
  open: ({ url, key }, { maxRetries = 0 } = {}) => {
    const retryOptions = maxRetries > 0 ? { retryOptions: { attempts: maxRetries + 1 } } : {}
    const httpOptions = { baseUrl: new URL(url).origin, ...retryOptions }
    return clientOf(new GoogleGenAI({ apiKey: key.secret, httpOptions }))
  },
}

function clientOf({ models }: GoogleGenAI): Client {
  const config = { systemInstruction: SYSTEM }
  const withTools = { ...config, tools }
  return {
    ask: async (question) => saidBy(await models.generateContent({ model, contents: question, config })),
    async stream(question) {
      const { parts, usage } = await collect(
        await models.generateContentStream({ model, contents: question, config }),
      )
      return { text: textOf(parts), ...tokens(usage) }
    },
    async *deltas(question, abortSignal) {
      const asked = { ...config, ...(abortSignal && { abortSignal }) }
      const stream = await models.generateContentStream({ model, contents: question, config: asked })
      for await (const { text } of stream) if (text) yield text
    },
    async useTools(question) {
      const { candidates } = await models.generateContent({ model, contents: question, config: withTools })
      return goOn(question, candidates![0]!.content!.parts!)
    },
    async streamTools(question) {
      const stream = await models.generateContentStream({ model, contents: question, config: withTools })
      return goOn(question, (await collect(stream)).parts)
    },
    async shape(question) {
      const shaped = { ...config, responseMimeType: 'application/json', responseJsonSchema: TOLL }
      return JSON.parse((await models.generateContent({ model, contents: question, config: shaped })).text!)
    },
  }

  async function goOn(question: string, parts: Part[]) {
    const calls = parts.map(({ functionCall }) => functionCall).filter((call) => call !== undefined)
    const contents: Content[] = [
      { role: 'user', parts: [{ text: question }] },
      { role: 'model', parts: parts.filter(({ text }) => text !== '') },
      { role: 'user', parts: calls.map(resultOf) },
    ]
    const { text } = await models.generateContent({ model, contents, config: withTools })
    return { calls: calls.map(({ name, args }) => ({ name: name!, input: args })), text: text! }
  }
}

function resultOf({ id, name }: FunctionCall): Part {
  return { functionResponse: { ...(id ? { id } : {}), name: name!, response: { output: RESULT } } }
}

async function collect(stream: AsyncIterable<GenerateContentResponse>) {
  const parts: Part[] = []
  let usage: GenerateContentResponseUsageMetadata | undefined
  for await (const { candidates, usageMetadata } of stream) {
    parts.push(...(candidates?.[0]?.content?.parts ?? []))
    usage = usageMetadata ?? usage
  }
  return { parts, usage }
}

function textOf(parts: readonly Part[]): string {
  return parts.map(({ text = '', thought }) => (thought ? '' : text)).join('')
}

function saidBy({ text, usageMetadata }: GenerateContentResponse) {
  return { text: text!, ...tokens(usageMetadata) }
}

/** Thoughts stand beside what the candidates say. */
function tokens(usage: GenerateContentResponseUsageMetadata | undefined) {
  const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usage!
  return { inputTokens: promptTokenCount, outputTokens: candidatesTokenCount + thoughtsTokenCount }
}
