import type { Refusal } from '../behaviour.ts'
import { type Body, billOf, isObject, isRefusal, type Question } from '../dialect.ts'
import { argumentsOf, type Block, blocksOf } from '../model/blocks.ts'
import { limitsOf } from '../model/limits.ts'
import { type Prompt, type Speech, speak } from '../model/speech.ts'
import type { Tool, ToolChoice } from '../model/tools.ts'
import type { Plan } from '../plan.ts'
import { type Message, messagesIn } from './conversation.ts'
import { contentText, inputTokens } from './input.ts'
import { converseStream } from './stream.ts'
import { usageBody } from './usage.ts'

const STOP: Readonly<Record<Speech['end'], string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
}

/** What a request may say: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'requestMetadata',
  'serviceTier',
  'outputConfig',
])

/** `POST /model/{model}/converse`, and the same as a stream. */
export function converse(question: Question, streams: boolean): Plan | Refusal {
  const { id, body, bills, behaviour } = question
  const model = String(body.model)
  const bill = billOf(model, bills)
  if (!bill) return invalid('The provided model identifier is invalid.')
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) return invalid(`#: extraneous key [${unknown}] is not permitted`)
  const messages = messagesIn(body)
  if (isRefusal(messages)) return messages
  const { said, end } = speak(promptOf(body, messages, model), behaviour)
  const told = said.filter(({ thought }) => thought !== 'hidden')
  const tellsUsage = behaviour.usage !== 'never'
  return {
    bill,
    inputTokens: question.countInput(() => inputTokens(body, messages)),
    cachedTokens: behaviour.cachedTokens ?? 0,
    cacheWrite: { tokens: behaviour.cacheWriteTokens ?? 0, hour: false },
    choices: [said],
    body: (usage) =>
      JSON.stringify({
        output: { message: { role: 'assistant', content: blocksOf(told).map((one) => blockOf(one, id)) } },
        stopReason: STOP[end],
        metrics: { latencyMs: 1 },
        ...(tellsUsage ? { usage: usageBody(usage) } : {}),
      }),
    ...(streams ? { stream: converseStream({ told, stopReason: STOP[end], tellsUsage, id }) } : {}),
  }
}

export function invalid(message: string): Refusal {
  return { status: 400, message }
}

function promptOf(body: Body, messages: readonly Message[], model: string): Prompt {
  const last = messages.at(-1)!
  const { inferenceConfig } = body
  const cap = isObject(inferenceConfig) ? Number(inferenceConfig.maxTokens ?? Number.NaN) : Number.NaN
  const format = schemaOf(body)
  const isAnswered = last.blocks.some(({ toolResult }) => toolResult !== undefined)
  return {
    model,
    cap: Math.min(Number.isNaN(cap) ? 4_096 : cap, limitsOf(model).maxOutputTokens),
    body: isObject(body.requestMetadata) ? { metadata: body.requestMetadata } : {},
    said: [contentText(body.system), ...messages.map(({ blocks }) => contentText(blocks))].join('\n'),
    lastQuestion: last.role === 'user' && !isAnswered ? contentText(last.blocks) : '',
    tools: toolsIn(body),
    choice: choiceIn(body),
    ...(format === undefined ? {} : { format: { schema: format } }),
  }
}

function schemaOf({ outputConfig }: Body): unknown {
  const format = isObject(outputConfig) ? outputConfig.textFormat : undefined
  const structure = isObject(format) ? format.structure : undefined
  const said = isObject(structure) && isObject(structure.jsonSchema) ? structure.jsonSchema.schema : undefined
  return typeof said === 'string' ? JSON.parse(said) : undefined
}

function toolsIn({ toolConfig }: Body): Tool[] {
  const tools =
    isObject(toolConfig) && Array.isArray(toolConfig.tools) ? toolConfig.tools.filter(isObject) : []
  return tools.flatMap(({ toolSpec }) => {
    if (!isObject(toolSpec)) return []
    const { name, inputSchema } = toolSpec
    return [{ name: String(name), parameters: isObject(inputSchema) ? inputSchema.json : undefined }]
  })
}

function choiceIn({ toolConfig }: Body): ToolChoice {
  const choice = isObject(toolConfig) && isObject(toolConfig.toolChoice) ? toolConfig.toolChoice : {}
  if (isObject(choice.tool)) return { mode: 'required', names: [String(choice.tool.name)], single: false }
  return { mode: choice.any === undefined ? 'auto' : 'required', single: false }
}

function blockOf(block: Block, id: string): object {
  switch (block.kind) {
    case 'thought':
      return { reasoningContent: { reasoningText: { text: block.text, signature: `sig_${id}` } } }
    case 'text':
      return { text: block.text }
    case 'call':
      return {
        toolUse: {
          toolUseId: `tooluse_${id}_${block.index}`,
          name: block.name,
          input: argumentsOf(block) ?? {},
        },
      }
  }
}
