import { defined } from '../../defined.ts'
import { invalid, type JsonObject, optionalBoolean } from '../../json.ts'
import type { Conversation, ForeignField } from '../../neutral/conversation.ts'
import { readAnswerFormat } from '../answer-format.ts'
import { objectField, textField, textsByName, wordField } from '../fields.ts'
import { foreignFields } from '../foreign-fields.ts'
import { EFFORTS, readSampling, VERBOSITIES } from '../sampling.ts'
import { capOf, choicesOf, modelOf, streamOf } from '../shared-fields.ts'
import { readMessages } from './message-reader.ts'
import { readToolChoice, readTools } from './tools.ts'

/** Fields that are read, or that only say how the answer is sent. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'tool_choice', 'functions', 'function_call'],
  ...['parallel_tool_calls', 'response_format', 'reasoning_effort', 'verbosity', 'max_completion_tokens'],
  ...['max_tokens', 'stop', 'n', 'temperature', 'top_p', 'top_k', 'frequency_penalty', 'presence_penalty'],
  ...['seed', 'logprobs', 'top_logprobs', 'logit_bias', 'user', 'safety_identifier', 'prompt_cache_key'],
  ...['metadata', 'service_tier', 'modalities'],
])

/** https://platform.openai.com/docs/api-reference/chat/create */
export function readRequest(body: JsonObject): Conversation {
  const tools = readTools(body)
  const effort = wordField(body, 'reasoning_effort', EFFORTS)
  const { n } = body
  return {
    model: modelOf(body),
    turns: readMessages(body.messages),
    stream: streamOf(body).stream,
    sampling: readSampling(body),
    foreign: [...foreignFields(body, KNOWN, 'chat'), ...otherModalities(body)],
    ...defined({
      tools: tools.length > 0 ? tools : undefined,
      toolChoice: readToolChoice(body),
      parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
      format: readAnswerFormat(objectField(body, 'response_format'), 'response_format'),
      maxOutputTokens: capOf(body, 'max_completion_tokens') ?? capOf(body, 'max_tokens'),
      stop: readStop(body.stop),
      choices: n === undefined || n === null ? undefined : choicesOf(body, 'n'),
      reasoning: effort && { effort },
      verbosity: wordField(body, 'verbosity', VERBOSITIES),
      endUser: textField(body, 'safety_identifier') ?? textField(body, 'user'),
      metadata: textsByName(body, 'metadata'),
      serviceTier: textField(body, 'service_tier'),
      cacheKey: textField(body, 'prompt_cache_key'),
    }),
  }
}

function readStop(stop: unknown): readonly string[] | undefined {
  if (stop === undefined || stop === null) return undefined
  if (typeof stop === 'string') return [stop]
  if (Array.isArray(stop) && stop.every((one) => typeof one === 'string')) return stop
  throw invalid('stop', '`stop` is a string or a list of strings.')
}

/** Text is what every answer is; more than that is asked for by nobody but this dialect's clients. */
function otherModalities({ modalities }: JsonObject): readonly ForeignField[] {
  const others = Array.isArray(modalities) && modalities.some((modality) => modality !== 'text')
  return others ? [{ from: 'chat', path: 'modalities', value: modalities }] : []
}
